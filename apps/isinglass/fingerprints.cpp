#include "fingerprints.hpp"

#include "base/fingerprint.hpp"

#include <span>
#include <vector>

namespace isinglass {

namespace {

template <class T>
void add(Fingerprint& print, const std::vector<T>& values) {
  print.add(std::span<const T>(values));
}

void add(Fingerprint& print, const IsingProblem& problem) {
  const SparseCouplings couplings = to_sparse(problem);
  print.add(problem.spins).add(problem.offset);
  print.add(std::span(couplings.outerIndexPtr(), problem.spins + 1));
  print.add(couplings.columns());
  print.add(std::span<const double>(couplings.values()));
  add(print, problem.fields);
  for (const OneHotGroup& group : problem.groups) add(print, group);
}

void add(Fingerprint& print, const BinaryProgram& program) {
  print.add(program.variables).add(program.constant);
  for (const BinaryTerm& term : program.objective) print.add(term.i).add(term.j).add(term.value);
  for (const LinearRow& row : program.rows) {
    add(print, row.variable);
    add(print, row.coefficient);
    print.add(row.lower).add(row.upper);
  }
  for (const ProductRow& product : program.products) print.add(product.u).add(product.w).add(product.b);
}

void add(Fingerprint& print, const NetworkBits& bits) {
  for (const LayerBits& layer : bits) {
    add(print, layer.weights);
    add(print, layer.biases);
  }
}

}  // namespace

std::uint64_t fingerprint_of(const Instance& instance) {
  Fingerprint print;
  print.add(instance.format).add(instance.goal).add(instance.is_binary);
  if (instance.program)
    add(print, *instance.program);
  else
    add(print, instance.problem);
  return print.value();
}

std::uint64_t fingerprint_of(const Model& model) {
  Fingerprint print;
  print.add(model.config_yaml);
  for (const Layer& layer : model.architecture.layers) {
    add(print, layer.thresholds);
    add(print, layer.values);
  }
  add(print, model.bits);
  add(print, model.center);
  for (const std::string& name : model.class_names) print.add(name);
  return print.value();
}

std::uint64_t fingerprint_of(const TrainingState& checkpoint) {
  Fingerprint print;
  print.add(checkpoint.config_yaml).add(checkpoint.phase).add(checkpoint.iteration).add(checkpoint.incumbent_objective);
  add(print, checkpoint.incumbent);
  for (const NetworkBits& bits : checkpoint.current) add(print, bits);
  for (const WeightedAtom& atom : checkpoint.atoms) {
    add(print, atom.bits);
    print.add(atom.weight);
  }
  print.add(checkpoint.objective_image).add(checkpoint.history.size());
  add(print, checkpoint.latents);
  add(print, checkpoint.gradient_mean);
  add(print, checkpoint.gradient_square);
  return print.value();
}

}  // namespace isinglass
