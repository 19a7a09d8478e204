#include "run/model_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "network/filtered.hpp"
#include "run/filter_group.hpp"

namespace isinglass::run {
namespace {

network::Loss loss_named(const std::string& name) {
  if (const std::optional<network::Loss> loss = value_named<network::Loss>(name)) return *loss;
  throw InputError(fmt::format("/model/loss: unknown loss \"{}\"", name));
}

/// Files of format version 1.0 have neither number: their losses need no spline.
void read_loss(const h5::Group& group, network::Architecture& architecture) {
  constexpr std::int64_t most_segments = 1 << 15;  // more than a grid of outputs has points
  architecture.loss = loss_named(h5::read_text_attribute(group, "loss"));
  const auto read = [&](const char* name, int& value, std::int64_t least, std::int64_t most) {
    if (!group.has_attribute(name)) return;
    const auto found = h5::read_attribute<std::int64_t>(group, name);
    if (found < least || found > most)
      throw InputError(fmt::format("{}: {} is outside {} .. {}", group.where(name), found, least, most));
    value = static_cast<int>(found);
  };
  read("loss_segments", architecture.loss_segments, 1, most_segments);
  read("loss_degree", architecture.loss_degree, 0, 2);
}

void expect(bool condition, const h5::Group& group, const char* problem) {
  if (!condition) throw InputError(group.where() + ": " + problem);
}

std::string name_of_bank(std::size_t index) { return fmt::format("filters_{}", index); }

h5::Dimensions shape(auto... sides) { return {static_cast<hsize_t>(sides)...}; }

void write_layer(const h5::Group& group, const network::Layer& layer, const network::LayerBits& bits) {
  const network::LayerValues values = network::decode(layer, bits);
  h5::write_attribute(group, "inputs", std::int64_t{layer.inputs});
  h5::write_attribute(group, "units", std::int64_t{layer.units});
  h5::write_attribute(group, "weight_codebook", layer.weights.name);
  h5::write_attribute(group, "bias_codebook", layer.bias.name);
  h5::write_attribute(group, "bias_unit", std::int64_t{layer.bias_unit});
  h5::write_attribute(group, "rms", layer.rms);
  h5::write<std::uint8_t>(group, "weight_bits", bits.weights, shape(layer.units, layer.inputs, layer.weights.bits()));
  h5::write<std::uint8_t>(group, "bias_bits", bits.biases, shape(layer.units, layer.bias.bits()));
  h5::write<std::int16_t>(group, "weights", values.weights, shape(layer.units, layer.inputs));
  h5::write<std::int32_t>(group, "biases", values.biases);
  if (layer.is_output()) return;
  h5::write<std::int32_t>(group, "thresholds", layer.thresholds);
  h5::write<std::int8_t>(group, "activation_values", layer.values);
  h5::write_attribute(group, "cell_width", std::int64_t{layer.cell_width});
  std::vector<std::int32_t> pieces;
  for (const network::ActivationPiece& piece : layer.pieces)
    pieces.insert(pieces.end(), {piece.first_cell, piece.cells, piece.slope});
  h5::write<std::int32_t>(group, "pieces", pieces, shape(layer.pieces.size(), 3));
}

int read_count(const h5::Group& group, const char* name) {
  constexpr std::int64_t largest = 1 << 24;
  const auto count = h5::read_attribute<std::int64_t>(group, name);
  if (count < 1 || count > largest)
    throw InputError(fmt::format("{}: {} is outside 1 .. {}", group.where(name), count, largest));
  return static_cast<int>(count);
}

/// A linear piece has cells of one width whose values rise by its slope; it is never at an end, whose cells are not
/// bounded.
bool is_consistent(const network::Layer& layer, const network::ActivationPiece& piece) {
  const int last = piece.first_cell + piece.cells - 1;
  if (piece.slope == 0) return piece.cells == 1;
  if (piece.first_cell == 0 || last + 1 >= layer.cell_count()) return false;
  for (int cell = piece.first_cell; cell <= last; ++cell) {
    const auto at = static_cast<std::size_t>(cell);
    if (layer.thresholds[at] - layer.thresholds[at - 1] != layer.cell_width) return false;
    if (cell > piece.first_cell && layer.values[at] - layer.values[at - 1] != piece.slope) return false;
  }
  return true;
}

/// Sets pieces and cell_width. Files from before there were linear pieces have neither: every cell is a constant piece.
void read_pieces(const h5::Group& group, network::Layer& layer) {
  if (!group.has("pieces")) {
    for (int k = 0; k < layer.cell_count(); ++k) layer.pieces.push_back({k, 1, 0});
    return;
  }
  layer.cell_width = read_count(group, "cell_width");
  const auto numbers = h5::read<std::int32_t>(group, "pieces");
  expect(numbers.size() % 3 == 0, group, "pieces have not three numbers each");
  int cells = 0;
  for (std::size_t i = 0; i < numbers.size(); i += 3) {
    const network::ActivationPiece piece{numbers[i], numbers[i + 1], numbers[i + 2]};
    expect(piece.first_cell == cells && piece.cells >= 1 && piece.cells <= layer.cell_count() - cells, group,
           "pieces do not follow each other");
    expect(is_consistent(layer, piece), group, "pieces contradict thresholds, activation_values or cell_width");
    cells += piece.cells;
    layer.pieces.push_back(piece);
  }
  expect(cells == layer.cell_count(), group, "pieces do not cover the activation");
}

/// Sums of a unit must fit 32 bits, as those of every layer that a run builds do.
void expect_small_sums(const h5::Group& group, const network::Layer& layer) {
  constexpr std::int64_t largest_input = 127;
  const std::int64_t bias = std::int64_t{layer.bias_unit} * layer.bias.largest();
  if (layer.inputs * largest_input * layer.weights.largest() + bias <= std::numeric_limits<std::int32_t>::max()) return;
  throw InputError(fmt::format("{}: its sums do not fit 32 bits: {} inputs, bias_unit {}", group.where(), layer.inputs,
                               layer.bias_unit));
}

network::Layer read_layer(const h5::Group& group) {
  network::Layer layer;
  layer.inputs = read_count(group, "inputs");
  layer.units = read_count(group, "units");
  layer.weights = network::make_codebook(h5::read_text_attribute(group, "weight_codebook"));
  layer.bias = network::make_codebook(h5::read_text_attribute(group, "bias_codebook"));
  layer.bias_unit = read_count(group, "bias_unit");
  layer.rms = h5::read_attribute<double>(group, "rms");
  if (!std::isfinite(layer.rms) || layer.rms <= 0)
    throw InputError(fmt::format("{}: {} is not above 0 and finite", group.where("rms"), layer.rms));
  expect_small_sums(group, layer);
  if (!group.has("activation_values")) return layer;  // the output layer
  layer.thresholds = h5::read<std::int32_t>(group, "thresholds");
  layer.values = h5::read<std::int8_t>(group, "activation_values");
  expect(std::ranges::is_sorted(layer.thresholds), group, "thresholds do not ascend");
  expect(layer.thresholds.size() + 1 == layer.values.size(), group,
         "thresholds and activation_values do not fit together");
  read_pieces(group, layer);
  return layer;
}

network::LayerBits read_bits(const h5::Group& group, const network::Layer& layer) {
  network::LayerBits bits{
      h5::read<std::uint8_t>(group, "weight_bits", shape(layer.units, layer.inputs, layer.weights.bits())),
      h5::read<std::uint8_t>(group, "bias_bits", shape(layer.units, layer.bias.bits()))};
  const auto is_bit = [](std::uint8_t bit) { return bit <= 1; };
  expect(std::ranges::all_of(bits.weights, is_bit) && std::ranges::all_of(bits.biases, is_bit), group,
         "weight_bits and bias_bits must be 0 or 1");
  // The decoded values are there for readers without our codebooks: both must tell the same network.
  const network::LayerValues values = network::decode(layer, bits);
  expect(values.weights == h5::read<std::int16_t>(group, "weights", shape(layer.units, layer.inputs)), group,
         "weights contradict weight_bits");
  expect(values.biases == h5::read<std::int32_t>(group, "biases", shape(layer.units)), group,
         "biases contradict bias_bits");
  return bits;
}

/// Layers fit onto each other, the first one onto the image and the last one onto the classes.
void expect_consistent(const h5::Group& group, const Model& model) {
  const auto& layers = model.architecture.layers;
  const int classes = model.architecture.classes;
  const std::int64_t features = std::int64_t{model.rows} * model.columns;
  if (model.architecture.banks.empty())
    expect(layers.front().inputs == features, group, "the first layer's inputs are not rows times columns");
  else
    expect(static_cast<std::size_t>(layers.front().inputs) == network::feature_count(model.architecture), group,
           "the first layer's inputs are not the features of the filters");
  for (const filters::Bank& bank : model.architecture.banks)
    expect(bank.shape.rows == model.rows && bank.shape.columns == model.columns, group,
           "filters are for images of another size");
  expect(static_cast<std::int64_t>(model.center.size()) == features, group, "center has not one value a feature");
  expect(static_cast<int>(model.class_names.size()) == classes && classes >= 2, group,
         "class_names has not one name a class");
  expect(model.architecture.outputs() == (classes == 2 ? 1 : classes), group,
         "the output layer does not fit the classes");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    expect(layers[l].is_output() == (l + 1 == layers.size()), group, "only the last layer may be without activation");
    expect(l == 0 || layers[l].inputs == layers[l - 1].units, group, "a layer does not fit onto the one before it");
  }
}

}  // namespace

std::string name_of_layer(std::size_t index) { return fmt::format("layer_{}", index); }

std::vector<filters::Bank> read_banks(const h5::Group& model) {
  std::vector<filters::Bank> banks;
  const int count = model.has_attribute("filter_banks") ? read_count(model, "filter_banks") : 0;
  for (int b = 0; b < count; ++b)
    banks.push_back(read_bank(model.open_group(name_of_bank(static_cast<std::size_t>(b)))));
  return banks;
}

void write_model_group(const h5::Group& root, const Model& model) {
  const h5::Group group = root.create_group("model");
  const auto& layers = model.architecture.layers;
  h5::write_attribute(group, "layers", static_cast<std::int64_t>(layers.size()));
  h5::write_attribute(group, "classes", std::int64_t{model.architecture.classes});
  h5::write_attribute(group, "loss", std::string(name_of(model.architecture.loss)));
  h5::write_attribute(group, "loss_segments", std::int64_t{model.architecture.loss_segments});
  h5::write_attribute(group, "loss_degree", std::int64_t{model.architecture.loss_degree});
  h5::write_attribute(group, "rows", std::int64_t{model.rows});
  h5::write_attribute(group, "columns", std::int64_t{model.columns});
  h5::write_texts(group, "class_names", model.class_names);
  h5::write<std::int32_t>(group, "center", model.center);
  if (!model.architecture.banks.empty())
    h5::write_attribute(group, "filter_banks", std::ssize(model.architecture.banks));
  for (std::size_t b = 0; b < model.architecture.banks.size(); ++b)
    write_bank(group.create_group(name_of_bank(b)), model.architecture.banks[b]);
  for (std::size_t l = 0; l < layers.size(); ++l)
    write_layer(group.create_group(name_of_layer(l)), layers[l], model.bits.at(l));
}

Model read_model_group(const h5::Group& root) {
  const h5::Group group = root.open_group("model");
  Model model;
  model.architecture.classes = read_count(group, "classes");
  read_loss(group, model.architecture);
  model.rows = read_count(group, "rows");
  model.columns = read_count(group, "columns");
  model.class_names = h5::read_texts(group, "class_names");
  model.center = h5::read<std::int32_t>(group, "center");
  model.architecture.banks = read_banks(group);
  const auto layers = static_cast<std::size_t>(read_count(group, "layers"));
  for (std::size_t l = 0; l < layers; ++l) {
    const h5::Group layer_group = group.open_group(name_of_layer(l));
    model.architecture.layers.push_back(read_layer(layer_group));
    model.bits.push_back(read_bits(layer_group, model.architecture.layers.back()));
  }
  expect_consistent(group, model);
  return model;
}

}  // namespace isinglass::run
