"""From the arguments of a process to its exit code, whatever happens between."""

from __future__ import annotations

import gc
import io
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import TextIO

from bpcli.cli.front import front_page, is_asked_for
from bpcli.cli.signals import Interrupted, watching
from bpcli.errors import BpcliError, UsageError

TRACEBACK = "BPCLI_TRACEBACK"
"""Environment variable: set, the traceback of an unexpected exception is shown."""


def run(arguments: Sequence[str]) -> int:
    """Run `bpcli ARGUMENTS` and return its exit code; nothing but a bug shows a traceback, and that on demand."""
    _prepare_streams()
    try:
        with watching():
            return _run(arguments)
    except Interrupted as interrupted:
        _say_error("interrupted")
        return interrupted.exit_code
    finally:
        _let_go_of_streams()


def _run(arguments: Sequence[str]) -> int:
    try:
        _require_no_empty(arguments)
        if is_asked_for(list(arguments)):
            sys.stdout.write(front_page())
            sys.stdout.flush()
            return 0
        _prepare_interpreter()
        return _run_verb(arguments)
    except BpcliError as error:
        from bpcli.cli.messages import describe

        _say_error(describe(error))
        return error.exit_code
    except BrokenPipeError as error:
        return _nobody_reads_on(error)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else "cannot write what is shown: "
        _say_error(f"{where}{error.strerror or error}", error)
        return 1
    except MemoryError as error:
        return _too_little_memory(arguments, error)
    except ImportError as error:
        return _cannot_import(error)
    except Exception as error:
        if interrupted := _interrupted_within(error):
            raise interrupted from None
        return _bug(error)


def _require_no_empty(arguments: Sequence[str]) -> None:
    """Raise `UsageError` for an empty argument, which would be taken for the folder one is in, or for none at all."""
    for argument in arguments:
        if not argument or re.fullmatch("--[a-z-]+=", argument):
            what = f"{argument.rstrip('=')} has an empty value" if argument else "an argument is empty"
            raise UsageError(f"{what}: is a variable of the shell not set? Write a value, or leave it out")


def _interrupted_within(error: BaseException) -> Interrupted | None:
    """Return the signal that an exception was made of: Python 3.11 wraps what is raised while a class is made."""
    within: BaseException | None = error
    while within is not None and not isinstance(within, Interrupted):
        within = within.__cause__ or within.__context__
    return within


def _cannot_import(error: ImportError) -> int:
    """Say which module does not load: too little memory, or a damaged installation."""
    from bpcli.cli.messages import one_line

    reason = str(error).rpartition("Original error was:")[2].strip().partition("\n")[0]
    _say_error(one_line(f"cannot load {error.name or 'a module'}: {reason}"))
    return 1


def _run_verb(arguments: Sequence[str]) -> int:
    import typer

    from bpcli.cli.app import app

    try:
        return app(args=list(arguments), prog_name="bpcli", standalone_mode=False) or 0
    except typer.TyperException as error:
        from bpcli.cli.messages import describe_misuse

        _say_error(describe_misuse(error))
        return error.exit_code
    except SystemExit as end:  # rich's way to end at a closed pipe
        return _nobody_reads_on(end)


def _nobody_reads_on(error: BaseException) -> int:
    """Nobody need be told, but of a training that ended with it."""
    if hasattr(error, "__notes__"):
        _say_error("nobody reads on what is shown", error)
    return 1


def _too_little_memory(arguments: Sequence[str], error: MemoryError) -> int:
    detail = f" ({error})" if str(error) else ""
    error.__traceback__ = None  # and with it all that was made on the way, else there is no room to say so
    advice = "learn from fewer rows, with fewer units or in smaller batches, or end other programs"
    _say_error(f"there is not enough memory for '{' '.join(['bpcli', *arguments[:1]])}'{detail}: {advice}")
    return 1


def _bug(error: Exception) -> int:
    from bpcli.cli.messages import one_line
    from bpcli.report.escape import escaped_lines

    what = one_line(f"{type(error).__name__}: {error}")
    if os.environ.get(TRACEBACK):
        sys.stderr.write(escaped_lines(traceback.format_exc()))
        _say_error(f"this is a bug in bpcli ({what}): please report it with the lines above")
    else:
        _say_error(f"this is a bug in bpcli ({what}): run again with {TRACEBACK}=1, and please report what it shows")
    return 1


def _say_error(message: str, error: BaseException | None = None) -> None:
    from bpcli.cli.messages import say_error, with_notes

    say_error(with_notes(message, error) if error else message)


def _prepare_interpreter() -> None:
    """Leave out of the start what takes a good part of it, and is of no use here."""
    gc.set_threshold(50_000)  # imports make many objects and no garbage
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a run starts its threads itself, where they pay
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else every package there is, is asked for one


def _prepare_streams() -> None:
    """A stream that is closed swallows what is written; one that cannot show a character shows its code."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as standard error always does


def _let_go_of_streams() -> None:
    """What a stream still holds and cannot write, the end of the interpreter would try, and complain of, once more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with _nowhere() as nowhere:
                os.dup2(nowhere.fileno(), stream.fileno())


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
