"""The network: parameters, layers, activations, initialisers, losses.

Shapes, everywhere in this package: `N` examples in a batch, `in` and `out` a layer's widths, `K` the
network's outputs, `P` all parameters. A batch is `X (N, in)`; `W (in, out)`, `b (out,)`;
`Z = X W + b (N, out)`; `A = f(Z)`. `dZ` is the gradient of the mean loss with respect to `Z`.
"""
