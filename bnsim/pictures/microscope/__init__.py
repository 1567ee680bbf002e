"""One neuron under the microscope."""
