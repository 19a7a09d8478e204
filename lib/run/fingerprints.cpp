#include "run/fingerprints.hpp"

#include "base/fingerprint.hpp"

#include <span>
#include <vector>

namespace isinglass::run {

namespace {

template <class T>
void add(Fingerprint& print, const std::vector<T>& values) {
  print.add(std::span<const T>(values));
}

void add(Fingerprint& print, const network::NetworkBits& bits) {
  for (const network::LayerBits& layer : bits) {
    add(print, layer.weights);
    add(print, layer.biases);
  }
}

/// A bank is told by all that an image meets: weights, thresholds, wiring, levels and centers.
void add(Fingerprint& print, const filters::Bank& bank) {
  for (const filters::Filter& filter : bank.filters) {
    print.add(filter.channel).add(filter.dilation).add(filter.threshold);
    add(print, filter.is_plus);
  }
  for (const filters::Unit& unit : bank.units)
    for (const filters::Literal& literal : unit.literals)
      print.add(literal.filter).add(literal.dy).add(literal.dx).add(literal.negated).add(literal.widened);
  add(print, bank.shape.levels);
  add(print, bank.centers);
}

}  // namespace

std::uint64_t fingerprint_of(const Model& model) {
  Fingerprint print;
  print.add(model.config_yaml);
  for (const filters::Bank& bank : model.architecture.banks) add(print, bank);
  for (const network::Layer& layer : model.architecture.layers) {
    add(print, layer.thresholds);
    add(print, layer.values);
  }
  add(print, model.bits);
  add(print, model.center);
  for (const std::string& name : model.class_names) print.add(name);
  return print.value();
}

std::uint64_t fingerprint_of(const network::NetworkBits& bits) {
  Fingerprint print;
  add(print, bits);
  return print.value();
}

std::uint64_t fingerprint_of(const train::TrainingState& checkpoint) {
  Fingerprint print;
  print.add(checkpoint.config_yaml).add(checkpoint.phase).add(checkpoint.iteration).add(checkpoint.incumbent_objective);
  add(print, checkpoint.incumbent);
  for (const network::NetworkBits& bits : checkpoint.current) add(print, bits);
  for (const train::WeightedAtom& atom : checkpoint.atoms) {
    add(print, atom.bits);
    print.add(atom.weight);
  }
  print.add(checkpoint.objective_image).add(checkpoint.history.size());
  add(print, checkpoint.latents);
  add(print, checkpoint.gradient_mean);
  add(print, checkpoint.gradient_square);
  return print.value();
}

std::int64_t fingerprint_of(const data::Samples& samples, const parallel::Communicator& group) {
  constexpr std::uint64_t basis = 14695981039346656037U, prime = 1099511628211U;  // FNV-1a
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    std::uint64_t hash = (basis ^ (samples.first + s)) * prime;
    hash = (hash ^ samples.labels[s]) * prime;
    if (!samples.pixels.empty())
      for (const std::uint8_t value : samples.image(s)) hash = (hash ^ value) * prime;
    if (!samples.inputs.empty())
      for (const std::int8_t value : samples.row(s)) hash = (hash ^ static_cast<std::uint8_t>(value)) * prime;
    sum += static_cast<std::int64_t>(hash >> 28);  // 36 bits: the sum of 2^27 samples fits
  }
  return group.all_sum(sum);
}

}  // namespace isinglass::run
