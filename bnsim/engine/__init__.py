"""The mathematics of bnsim: pure textbook functions on NumPy arrays, and one network of them.

Samples lie in rows: m samples, D inputs of a layer, H neurons of a layer.

========  ==================  ===========================================================
letter    shape               meaning
========  ==================  ===========================================================
x         (m, D)              what goes into a layer, or into batch normalization
W, b      (D, H), (H,)        weights and bias
z         (m, H)              x W + b, the weighted sums
mean      (H,)                mean of a neuron over the samples of the batch
var       (H,)                its biased variance (divided by m), in two passes
eps       number              added to the variance under the root
std       (H,)                the denominator sqrt(var + eps), plus 1 in the article's form
x_hat     (m, H)              (x - mean) / std, the normalized values
gamma     (H,)                learned scale
beta      (H,)                learned shift
y         (m, H)              gamma x_hat + beta
a         (m, H)              the activation's output
o, t      (m, C)              the network's output, and what it should have been
d_...     as the letter       derivative of the loss with respect to the letter
========  ==================  ===========================================================

The letters are those of Ioffe and Szegedy (2015), "Batch Normalization: Accelerating Deep
Network Training by Reducing Internal Covariate Shift", arXiv 1502.03167, Algorithm 1.  Layer
normalization reduces over the neurons of one sample, so there mean, var and std are (m,).

Functions never write into their inputs, only into ``out``; the few that update something in
place (`batchnorm.update_running`, the optimizers) say so.  Everything is float64.
"""
