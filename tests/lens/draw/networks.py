"""Small networks of the shapes that a drawing must show."""

from __future__ import annotations

import convolens as cl
from convolens import nn
from convolens.nn.functional import relu


class Residual(nn.Module):
    """Two residual blocks, the second with a projection."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.a1, self.a2 = nn.Conv2d(16, 16, 3, padding=1), nn.Conv2d(16, 16, 3, padding=1)
        self.b1, self.b2 = nn.Conv2d(16, 32, 3, 2, 1), nn.Conv2d(32, 32, 3, padding=1)
        self.projection = nn.Conv2d(16, 32, 1, 2)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = relu(self.stem(x))
        x = relu(self.a2(relu(self.a1(x))) + x)
        x = relu(self.b2(relu(self.b1(x))) + self.projection(x))
        return self.fc(x.mean((2, 3)))


class Dense(nn.Module):
    """A dense block: each layer reads all before it."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.layers = nn.ModuleList([nn.Conv2d(16 + 8 * n, 8, 3, padding=1) for n in range(4)])

    def forward(self, x):
        x = self.stem(x)
        for layer in self.layers:
            x = cl.cat([x, relu(layer(x))], 1)
        return x


class UNet(nn.Module):
    """Down three times, and up again beside what was there before."""

    def __init__(self) -> None:
        super().__init__()
        widths = [16, 32, 64]
        self.down = nn.ModuleList(
            [nn.Conv2d(a, b, 3, padding=1) for a, b in zip([1, *widths], widths, strict=False)]
        )
        self.bottom = nn.Conv2d(64, 128, 3, padding=1)
        self.up = nn.ModuleList([nn.ConvTranspose2d(2 * w, w, 2, 2) for w in widths[::-1]])
        self.join = nn.ModuleList([nn.Conv2d(2 * w, w, 3, padding=1) for w in widths[::-1]])
        self.head = nn.Conv2d(16, 2, 1)

    def forward(self, x):
        kept = []
        for layer in self.down:
            x = relu(layer(x))
            kept.append(x)
            x = nn.functional.max_pool2d(x, 2)
        x = relu(self.bottom(x))
        for up, joined in zip(self.up, self.join, strict=True):
            x = relu(joined(cl.cat([kept.pop(), up(x)], 1)))
        return self.head(x)


class Branches(nn.Module):
    """Four branches side by side, as in Inception."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(8, 8, 1)
        self.three = nn.Sequential(nn.Conv2d(8, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, padding=1))
        self.five = nn.Sequential(nn.Conv2d(8, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 5, padding=2))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(8, 8, 1))

    def forward(self, x):
        return cl.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)
