"""A user's script: converts a small PyTorch network.  SCRIPT MODEL PACKAGE

Doubles four numbers and adds one.
"""

import sys

import coremltools as ct
import torch


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)
        with torch.no_grad():
            self.linear.weight.copy_(2 * torch.eye(4))
            self.linear.bias.fill_(1)

    def forward(self, x):
        return self.linear(x)


traced = torch.jit.trace(Network().eval(), torch.ones(1, 4))
made = ct.convert(
    traced,
    inputs=[ct.TensorType(name="x", shape=(1, 4))],
    outputs=[ct.TensorType(name="y")],
    minimum_deployment_target=ct.target.iOS16,
    compute_precision=ct.precision.FLOAT32,
    skip_model_load=True,
)
made.save(sys.argv[2])
