#include "run/checkpoint_groups.hpp"

#include "run/results_file.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

constexpr std::size_t counts_of_incumbent = 6;

/// The phases that others can follow, in the order they come.
constexpr std::array<const char*, 2> followed_phases{"qat", "qcgd"};

std::string stop_reason_of(const char* phase) { return fmt::format("{}_stop_reason", phase); }

/// Null if the phase has not ended, or was not planned.
const train::FinishedPhase* find_finished(const train::TrainingState& checkpoint, std::string_view phase) {
  const auto found = std::ranges::find(checkpoint.finished, phase, &train::FinishedPhase::phase);
  return found == checkpoint.finished.end() ? nullptr : &*found;
}

/// The one list of single values: calls visit(name, field) for each.
void for_each_value(auto& checkpoint, auto&& visit) {
  visit("phase", checkpoint.phase);
  visit("iteration", checkpoint.iteration);
  visit("incumbent_objective", checkpoint.incumbent_objective);
  visit("objective_image", checkpoint.objective_image);
  visit("gradient_steps", checkpoint.gradient_steps);
  visit("data_fingerprint", checkpoint.data_fingerprint);
}

/// The one list of arrays of QAT.
void for_each_latent_array(auto& checkpoint, auto&& visit) {
  visit("latents", checkpoint.latents);
  visit("gradient_mean", checkpoint.gradient_mean);
  visit("gradient_square", checkpoint.gradient_square);
}

void expect(bool condition, const std::string& where, const char* problem) {
  if (!condition) throw InputError(fmt::format("{}: {}", where, problem));
}

void write_networks(const h5::Group& group, std::span<const network::NetworkBits* const> networks,
                    const network::BitCounts& counts) {
  std::vector<std::uint8_t> bytes;
  for (const network::NetworkBits* network : networks) {
    const std::vector<std::uint8_t> packed = network::pack(*network);
    bytes.insert(bytes.end(), packed.begin(), packed.end());
  }
  h5::write<std::uint8_t>(group, "bits", bytes, {networks.size(), network::packed_size(counts)});
}

std::vector<network::NetworkBits> read_networks(const h5::Group& group, const network::BitCounts& counts) {
  const h5::Dimensions shape = h5::dimensions_of(group, "bits");
  const std::size_t size = network::packed_size(counts);
  expect(shape.size() == 2 && shape[1] == size, group.where("bits"),
         "does not fit the network's number of parameter bits");
  const std::vector<std::uint8_t> bytes = h5::read<std::uint8_t>(group, "bits");
  std::vector<network::NetworkBits> networks;
  for (std::size_t i = 0; i < shape[0]; ++i)
    networks.push_back(network::unpack(std::span(bytes).subspan(i * size, size), counts));
  return networks;
}

void write_state(const h5::Group& root, const train::TrainingState& checkpoint, const network::BitCounts& counts) {
  const h5::Group group = root.create_group("state");
  for_each_value(checkpoint, [&](const char* name, const auto& value) { h5::write_attribute(group, name, value); });
  for (const char* phase : followed_phases) {
    const train::FinishedPhase* const finished = find_finished(checkpoint, phase);
    h5::write_attribute(group, stop_reason_of(phase), finished == nullptr ? "" : finished->stop_reason);
  }
  h5::write_attribute(group, "bit_counts", counts);
}

void read_state(const h5::Group& root, train::TrainingState& checkpoint, const network::BitCounts& counts) {
  const h5::Group group = root.open_group("state");
  const auto found = h5::read_attribute_values<std::int64_t>(group, "bit_counts");
  if (found != counts)
    throw InputError(
        fmt::format("{}: a network with layers of [{}] parameter bits instead of [{}]: it is of another network",
                    group.where("bit_counts"), fmt::join(found, ", "), fmt::join(counts, ", ")));
  for_each_value(checkpoint, [&](const char* name, auto& value) {
    using T = std::remove_reference_t<decltype(value)>;
    if constexpr (std::is_same_v<T, std::string>) {
      value = h5::read_text_attribute(group, name);
    } else {
      value = h5::read_attribute<T>(group, name);
    }
    if constexpr (std::is_same_v<T, double>) expect_finite<double>(std::array{value}, group.where(name));
  });
}

/// Of the phases that others can follow, QCGD alone has constraints. Files before version 1.2 know no other.
std::vector<train::FinishedPhase> read_finished(const h5::Group& root) {
  const h5::Group state = root.open_group("state"), provenance = root.open_group("provenance");
  const auto bytes = h5::read_attribute<std::int64_t>(provenance, "qcgd_constraint_bytes");
  std::vector<train::FinishedPhase> finished;
  for (const char* phase : followed_phases) {
    const bool is_qcgd = phase == std::string_view("qcgd");
    if (!is_qcgd && !state.has_attribute(stop_reason_of(phase))) continue;
    const std::string reason = h5::read_text_attribute(state, stop_reason_of(phase));
    expect(!is_qcgd || (bytes >= 0 && (bytes == 0 || !reason.empty())), provenance.where("qcgd_constraint_bytes"),
           "is of a phase that has ended, but /state/qcgd_stop_reason does not say how");
    if (!reason.empty()) finished.push_back({phase, reason, is_qcgd ? bytes : 0});
  }
  return finished;
}

void write_atoms(const h5::Group& root, const std::vector<train::WeightedAtom>& atoms,
                 const network::BitCounts& counts) {
  const h5::Group group = root.create_group("atoms");
  std::vector<const network::NetworkBits*> networks;
  std::vector<double> weights;
  for (const train::WeightedAtom& atom : atoms) {
    networks.push_back(&atom.bits);
    weights.push_back(atom.weight);
  }
  write_networks(group, networks, counts);
  h5::write<double>(group, "weights", weights);
}

std::vector<train::WeightedAtom> read_atoms(const h5::Group& root, const network::BitCounts& counts) {
  const h5::Group group = root.open_group("atoms");
  std::vector<network::NetworkBits> networks = read_networks(group, counts);
  const std::vector<double> weights = h5::read<double>(group, "weights");
  expect(weights.size() == networks.size(), group.where("weights"), "has not one weight an atom");
  expect_finite<double>(weights, group.where("weights"));
  std::vector<train::WeightedAtom> atoms;
  for (std::size_t i = 0; i < weights.size(); ++i) atoms.push_back({std::move(networks[i]), weights[i]});
  return atoms;
}

void write_latents(const h5::Group& root, const train::TrainingState& checkpoint) {
  const h5::Group group = root.create_group("qat");
  for_each_latent_array(checkpoint,
                        [&](const char* name, const auto& values) { h5::write<double>(group, name, values); });
  h5::write<std::int64_t>(group, "incumbent_counts", checkpoint.incumbent_counts);
}

void read_latents(const h5::Group& root, train::TrainingState& checkpoint) {
  const h5::Group group = root.open_group("qat");
  for_each_latent_array(checkpoint, [&](const char* name, std::vector<double>& values) {
    values = h5::read<double>(group, name);
    expect(values.size() == checkpoint.latents.size(), group.where(name), "is not as long as latents");
    expect_finite<double>(values, group.where(name));
  });
  checkpoint.incumbent_counts = h5::read<std::int64_t>(group, "incumbent_counts");
  const std::size_t counts = checkpoint.incumbent_counts.size();
  expect(counts == 0 || counts == counts_of_incumbent, group.where("incumbent_counts"), "has neither 0 nor 6 counts");
}

}  // namespace

void write_shared_groups(const h5::Group& root, const train::TrainingState& checkpoint) {
  const network::BitCounts counts = network::bit_counts(checkpoint.incumbent);
  write_state(root, checkpoint, counts);
  write_networks(root.create_group("incumbent"), std::array{&checkpoint.incumbent}, counts);
  std::vector<const network::NetworkBits*> current;
  for (const network::NetworkBits& network : checkpoint.current) current.push_back(&network);
  write_networks(root.create_group("current"), current, counts);
  write_atoms(root, checkpoint.atoms, counts);
  write_latents(root, checkpoint);
  const h5::Group provenance = root.create_group("provenance");
  write_history(root, provenance, checkpoint.history);
  const train::FinishedPhase* const qcgd = find_finished(checkpoint, "qcgd");
  h5::write_attribute(provenance, "qcgd_constraint_bytes", qcgd == nullptr ? std::int64_t{0} : qcgd->constraint_bytes);
}

train::TrainingState read_shared_groups(const h5::Group& root, const network::BitCounts& bits) {
  train::TrainingState checkpoint;
  read_state(root, checkpoint, bits);
  std::vector<network::NetworkBits> incumbent = read_networks(root.open_group("incumbent"), bits);
  expect(incumbent.size() == 1 && !bits.empty(), root.where("incumbent"), "is not one network");
  checkpoint.incumbent = std::move(incumbent.front());
  checkpoint.current = read_networks(root.open_group("current"), bits);
  expect(!checkpoint.current.empty(), root.where("current"), "holds no network");
  checkpoint.atoms = read_atoms(root, bits);
  read_latents(root, checkpoint);
  checkpoint.history = read_history(root);
  checkpoint.finished = read_finished(root);
  return checkpoint;
}

}  // namespace isinglass::run
