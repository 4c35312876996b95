"""A factory of networks small enough for loops and finite differences."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402


class TinyNetwork(nn.Module):
    """Two convolutions with batch norms and ReLUs, pooling, classifier; 4 x 4 images."""

    in_channels = 2

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(2, 3, 3, 1, 1, bias=False),
            nn.BatchNorm2d(3),
            nn.ReLU(),
            nn.Conv2d(3, 2, 3, 1, 1, bias=False),
            nn.BatchNorm2d(2),
            nn.ReLU(),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(2, 3)

    def forward(self, images):
        return self.classifier(self.pool(self.body(images)).flatten(1))


class TinyFactory:
    """Everything in float64, for finite differences."""

    classes = 3
    device = torch.device("cpu")

    def __init__(self) -> None:
        self.made = []  # all networks made, in order

    def network(self, *, initial="default", double=False, size="full"):
        generator = torch.Generator().manual_seed(5 + len(self.made))
        with torch.random.fork_rng(devices=[]):
            network = TinyNetwork().double()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.normal_(generator=generator)
        self.made.append(network)
        return network

    def images(self, n, *, batches=1):
        generator = torch.Generator().manual_seed(3)
        return [
            (
                torch.randn(n, 2, 4, 4, generator=generator, dtype=torch.float64),
                torch.randint(3, (n,), generator=generator),
            )
            for _ in range(batches)
        ]

    def generator(self):
        return torch.Generator().manual_seed(9)


@pytest.fixture
def factory():
    torch.set_num_threads(1)
    return TinyFactory()
