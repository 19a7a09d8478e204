#include "run/initial_network.hpp"

#include "base/error.hpp"
#include "files/file_format.hpp"
#include "files/h5.hpp"
#include "run/model_group.hpp"
#include "run/results_file.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

namespace fs = std::filesystem;

/// Another shape is another network, and not a damaged file.
template <h5::Element T>
std::vector<T> read_shaped(const h5::Group& group, const char* name, const h5::Dimensions& expected) {
  const h5::Dimensions found = h5::dimensions_of(group, name);
  if (found != expected)
    throw InputError(fmt::format("{}: [{}] values, but the run's network has [{}]", group.where(name),
                                 fmt::join(found, ", "), fmt::join(expected, ", ")));
  return h5::read<T>(group, name);
}

/// How far the inputs of the run are moved against those of the file, grid units: [input].
std::vector<int> read_moves(const h5::Group& model, const data::DataSplits& data) {
  const std::vector<std::int32_t> center = read_shaped<std::int32_t>(model, "center", {data.center.size()});
  std::vector<int> moves;
  for (std::size_t i = 0; i < center.size(); ++i) moves.push_back(data.center[i] - center[i]);
  return moves;
}

void expect_classes(const h5::Group& model, const data::DataSplits& data) {
  if (!model.has("class_names")) return;
  const std::vector<std::string> found = h5::read_texts(model, "class_names");
  if (found != data.class_names)
    throw InputError(fmt::format("{}: classes [{}], but those of the run are [{}]", model.where("class_names"),
                                 fmt::join(found, ", "), fmt::join(data.class_names, ", ")));
}

void expect_activation(const h5::Group& group, const network::Layer& layer) {
  if (layer.is_output() || !group.has("activation_values")) return;
  if (h5::read<std::int8_t>(group, "activation_values") != layer.values)
    throw InputError(group.where("activation_values") + ": are not those of the run's activation");
}

std::vector<std::uint8_t> weight_bits(const h5::Group& group, const network::Layer& layer,
                                      std::span<const std::int16_t> weights) {
  std::vector<std::uint8_t> bits;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::vector<std::uint8_t> nearest = layer.weights.nearest_bits(weights[i]);
    if (layer.weights.value(nearest) != weights[i]) {
      const auto inputs = static_cast<std::size_t>(layer.inputs);
      throw InputError(fmt::format("{}: {} of unit {}, input {} is no value of {}", group.where("weights"), weights[i],
                                   i / inputs, i % inputs, layer.weights.name));
    }
    bits.insert(bits.end(), nearest.begin(), nearest.end());
  }
  return bits;
}

/// `moves` is empty where the inputs are those of the file.
network::LayerBits read_layer_bits(const h5::Group& group, const network::Layer& layer, std::span<const int> moves) {
  const auto units = static_cast<std::size_t>(layer.units), inputs = static_cast<std::size_t>(layer.inputs);
  const std::vector<std::int16_t> weights = read_shaped<std::int16_t>(group, "weights", {units, inputs});
  const std::vector<std::int32_t> biases = read_shaped<std::int32_t>(group, "biases", {units});
  expect_activation(group, layer);
  network::LayerBits bits{weight_bits(group, layer, weights), {}};
  for (std::size_t unit = 0; unit < units; ++unit) {
    std::int64_t bias = biases[unit];
    for (std::size_t i = 0; i < moves.size(); ++i) bias += std::int64_t{weights[unit * inputs + i]} * moves[i];
    const std::vector<std::uint8_t> nearest =
        layer.bias.nearest_bits(static_cast<double>(bias) / static_cast<double>(layer.bias_unit));
    bits.biases.insert(bits.biases.end(), nearest.begin(), nearest.end());
  }
  return bits;
}

network::NetworkBits read_network(const h5::Group& root, const TrainingSetup& setup) {
  const h5::Group model = root.open_group("model");
  const network::Architecture& architecture = setup.architecture;
  expect_classes(model, setup.data);
  const std::size_t layers = architecture.layers.size();
  if (model.has(name_of_layer(layers)) || !model.has(name_of_layer(layers - 1)))
    throw InputError(fmt::format("{}: has not {} layers, as the run's network", model.where(), layers));
  if (read_banks(model) != architecture.banks)
    throw InputError(model.where() + ": its filters are not those of the run: give the run its seed, data and filters");
  const std::vector<int> moves = architecture.banks.empty() ? read_moves(model, setup.data) : std::vector<int>();
  network::NetworkBits bits;
  for (std::size_t l = 0; l < layers; ++l)
    bits.push_back(read_layer_bits(model.open_group(name_of_layer(l)), architecture.layers[l],
                                   l == 0 ? std::span(moves) : std::span<const int>()));
  return bits;
}

}  // namespace

network::NetworkBits read_initial_network(const fs::path& folder_or_file, const TrainingSetup& setup) {
  network::NetworkBits bits;
  files::read_any_file(
      model_file(folder_or_file), "a file with a network",
      "initial is random, qat, or the name of a results.h5, its folder, or another file with a network",
      [&](const h5::Group& root) { bits = read_network(root, setup); });
  return bits;
}

}  // namespace isinglass::run
