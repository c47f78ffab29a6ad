"""configs/mnist.yaml as a PyTorch script: the same network, batches, rates, penalty, split and evaluations.

    python -m benchmarks.torch_mnist FOLDER THREADS

FOLDER holds the arrays of MNIST as .npy, which load in no time. Exits with 1 unless 98 % of the test images are right.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn


def main() -> None:
    folder = Path(sys.argv[1])
    torch.set_num_threads(int(sys.argv[2]))
    torch.manual_seed(0)
    x, y, test_x, test_y = (
        torch.from_numpy(np.load(folder / f"{name}.npy")) for name in ("x", "y", "test_x", "test_y")
    )
    x, test_x = x.float() / 255, test_x.float() / 255
    order = torch.randperm(len(x))
    training, validation = order[6000:], order[:6000]
    X, T = x[training], y[training]
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    nn.init.kaiming_normal_(model[0].weight)
    nn.init.xavier_normal_(model[2].weight)
    for layer in (model[0], model[2]):
        nn.init.zeros_(layer.bias)
    criterion = nn.CrossEntropyLoss()
    groups = [
        {"params": [model[0].weight, model[2].weight], "weight_decay": 2e-4},
        {"params": [model[0].bias, model[2].bias]},
    ]
    optimizer = torch.optim.SGD(groups, lr=0.2, momentum=0.9)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.85)
    best, best_loss = model.state_dict(), float("inf")
    for _ in range(15):
        for chosen in torch.randperm(len(X)).split(128):
            optimizer.zero_grad()
            criterion(model(X[chosen]), T[chosen]).backward()
            optimizer.step()
        schedule.step()
        with torch.no_grad():
            loss = criterion(model(x[validation]), y[validation]).item()
        if loss < best_loss:
            best_loss, best = loss, {name: value.clone() for name, value in model.state_dict().items()}
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, folder / "last.pt")
    torch.save(best, folder / "best.pt")
    with torch.no_grad():
        accuracy = (model(test_x).argmax(1) == test_y).float().mean().item()
    print(f"test accuracy {accuracy:.4f}")
    sys.exit(accuracy < 0.98)


if __name__ == "__main__":
    main()
