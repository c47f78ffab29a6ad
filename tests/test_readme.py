"""README says what is: the config reference is the code's own."""

from __future__ import annotations

from pathlib import Path

from bpcli.config.reference import reference

README = Path(__file__).parent.parent / "README.md"


def test_the_config_reference_is_current() -> None:
    """Mend it with `python -m bpcli.config.reference`, pasted between the markers."""
    _, _, rest = README.read_text(encoding="utf-8").partition("<!-- reference -->\n")
    shown, marker, _ = rest.partition("<!-- /reference -->")
    assert marker
    assert shown.strip() == reference().strip()
