#pragma once

#include "base/names.hpp"

/// Enums that a configuration chooses a value of, each with the names of its values.
namespace isinglass::config {

/// How to train.
enum class Method { qcgd, anneal, qat };
constexpr std::array<std::string_view, 3> names_of(Method) { return {"qcgd", "anneal", "qat"}; }

/// Phases of a training, each with steps of its own. QCGD may be followed by a polish; readout is the annealing of an
/// output layer that reads filters.
enum class PhaseName { qcgd, polish, anneal, readout, qat };
constexpr std::array<std::string_view, 5> names_of(PhaseName) { return {"qcgd", "polish", "anneal", "readout", "qat"}; }

/// Kinds of hidden layers: dense ones, and filters that are drawn from training images.
enum class LayerKind { dense, filters };
constexpr std::array<std::string_view, 2> names_of(LayerKind) { return {"dense", "filters"}; }

/// Filters look at one of these: pixels, 2x2 box means, pixels against their surround, square roots of pixels.
enum class FilterChannel { pixels, box, contrast, square_root };
constexpr std::array<std::string_view, 4> names_of(FilterChannel) {
  return {"pixels", "box", "contrast", "square_root"};
}

/// Where samples come from.
enum class DataSource { fashion_mnist, idx };
constexpr std::array<std::string_view, 2> names_of(DataSource) { return {"fashion-mnist", "idx"}; }

/// Activation functions; table is the user's own.
enum class Activation { sign, relu, leaky_relu, hard_tanh, tanh, sigmoid, softplus, gelu, table };
constexpr std::array<std::string_view, 9> names_of(Activation) {
  return {"sign", "relu", "leaky_relu", "hard_tanh", "tanh", "sigmoid", "softplus", "gelu", "table"};
}

/// Where the inner knots of a spline lie: evenly, or so that all pieces have the same error.
enum class Knots { uniform, equalized };
constexpr std::array<std::string_view, 2> names_of(Knots) { return {"uniform", "equalized"}; }

/// Losses of the output layer. Cross_entropy is that of a sigmoid of each output against the others: the same as
/// logistic.
enum class OutputLoss { hinge, squared_hinge, squared, logistic, cross_entropy };
constexpr std::array<std::string_view, 5> names_of(OutputLoss) {
  return {"hinge", "squared_hinge", "squared", "logistic", "cross_entropy"};
}

/// The loss that annealing judges moves by: the network's own, or the hinge of the lead over the best wrong output.
enum class MoveLoss { own, lead };
constexpr std::array<std::string_view, 2> names_of(MoveLoss) { return {"network", "multiclass_hinge"}; }

/// The loss that QAT's gradient comes from: the network's own, or cross-entropy.
enum class GradientLoss { own, cross_entropy };
constexpr std::array<std::string_view, 2> names_of(GradientLoss) { return {"network", "cross_entropy"}; }

/// Whether QAT leaves the weights and thresholds of filters as they are drawn, or trains them from there.
enum class FilterUse { drawn, trained };
constexpr std::array<std::string_view, 2> names_of(FilterUse) { return {"drawn", "trained"}; }

/// Ising machines.
enum class MachineKind { sa, bsb, dsb, cim, cac, tabu, pt, enumeration, external };
constexpr std::array<std::string_view, 9> names_of(MachineKind) {
  return {"sa", "bsb", "dsb", "cim", "cac", "tabu", "pt", "enumeration", "external"};
}

/// Kinds whose dynamics an oracle has for a whole training problem, and all kinds that take one.
constexpr bool has_dynamics(MachineKind kind) {
  return kind == MachineKind::bsb || kind == MachineKind::dsb || kind == MachineKind::cim || kind == MachineKind::cac;
}
constexpr bool takes_whole_problem(MachineKind kind) { return kind == MachineKind::sa || has_dynamics(kind); }

/// How an oracle call is cut into Ising problems. none: not at all; neurons: the bits of one neuron given the rest;
/// neurons_and_samples: also the segments of some samples given the weights.
enum class Blocks { none, neurons, neurons_and_samples };
constexpr std::array<std::string_view, 3> names_of(Blocks) { return {"none", "neurons", "neurons_and_samples"}; }

/// How temperatures fall from hot to cold.
enum class Cooling { geometric, linear };
constexpr std::array<std::string_view, 2> names_of(Cooling) { return {"geometric", "linear"}; }

/// Whether parallel tempering makes isoenergetic cluster moves.
enum class ClusterChoice { automatic, on, off };
constexpr std::array<std::string_view, 3> names_of(ClusterChoice) { return {"auto", "on", "off"}; }

/// How limited hardware takes fields: as couplings to one more spin, or as they are.
enum class HardwareFields { ancilla, direct };
constexpr std::array<std::string_view, 2> names_of(HardwareFields) { return {"ancilla", "direct"}; }

/// The variables of a problem file: spins, or bits x = (1 + s) / 2.
enum class TextForm { ising, qubo };
constexpr std::array<std::string_view, 2> names_of(TextForm) { return {"ising", "qubo"}; }

}  // namespace isinglass::config
