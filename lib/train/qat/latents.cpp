#include "train/qat/latents.hpp"

#include "base/matrix.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace isinglass::train::qat {

namespace {

/// Codebooks are symmetric and evenly spaced, so two of their numbers say all.
Block make_block(const network::Codebook& codebook, std::size_t first, std::size_t size, int grid_unit) {
  const auto levels = static_cast<int>(std::lround(std::exp2(codebook.information_bits())));
  const int largest = codebook.largest();
  return {first, size, levels, largest, 2 * largest / (levels - 1), grid_unit};
}

/// Bits of `block`'s parameters one after another.
std::vector<std::uint8_t> block_bits(const network::Codebook& codebook, const Block& block,
                                     std::span<const double> latents) {
  std::vector<std::vector<std::uint8_t>> bits_of_level;
  for (int level = 0; level < block.levels; ++level)
    bits_of_level.push_back(codebook.nearest_bits(level * block.spacing - block.largest));
  std::vector<std::uint8_t> bits;
  bits.reserve(block.size * codebook.steps.size());
  for (const double latent : latents.subspan(block.first, block.size)) {
    const auto& parameter =
        bits_of_level[static_cast<std::size_t>((rounded(block, latent) + block.largest) / block.spacing)];
    bits.insert(bits.end(), parameter.begin(), parameter.end());
  }
  return bits;
}

void round_block(const Block& block, std::span<const double> latents, std::span<double> values) {
  for (std::size_t i = block.first; i < block.first + block.size; ++i)
    values[i] = static_cast<double>(rounded(block, latents[i]) * block.grid_unit);
}

}  // namespace

Layout make_layout(const network::Architecture& architecture) {
  Layout layout;
  for (const auto& layer : architecture.layers) {
    const auto units = static_cast<std::size_t>(layer.units);
    const auto weights =
        make_block(layer.weights, layout.parameters, units * static_cast<std::size_t>(layer.inputs), 1);
    const auto biases = make_block(layer.bias, weights.first + weights.size, units, layer.bias_unit);
    layout.layers.push_back({weights, biases});
    layout.parameters = biases.first + biases.size;
  }
  if (!architecture.trains_filters) return layout;
  for (const filters::Bank& bank : architecture.banks) {
    const int places = 1 << bank.shape.threshold_bits;
    const Block weights{layout.parameters, filters::tap_count(bank)};
    const Block thresholds{weights.first + weights.size, bank.filters.size(), places, places - 1};
    layout.banks.push_back({weights, thresholds});
    layout.parameters = thresholds.first + thresholds.size;
  }
  return layout;
}

std::vector<double> initial_latents(const Layout& layout, double scale, std::uint64_t seed) {
  std::vector<double> latents(layout.parameters);
  const auto fill = [&](const Block& block, double width) {
    for (std::size_t i = block.first; i < block.first + block.size; ++i) {
      const auto words =
          draw(seed, Stream::latent, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32), 0);
      latents[i] = width * (2 * uniform(words[0]) - 1);
    }
  };
  for (const auto& layer : layout.layers) {
    // A codebook with a zero must reach past its cell: a network of zeros has no gradient to leave by.
    const bool has_zero = layer.weights.levels % 2 == 1;
    fill(layer.weights, has_zero ? std::max(scale, 1.5 / layer.weights.levels) : scale);
    // Biases start in the middle: a unit whose threshold is far off has no gradient to come back by.
    fill(layer.biases, scale / layer.biases.levels);
  }
  for (const auto& bank : layout.banks) fill(bank.weights, scale);
  return latents;
}

void start_at_filters(const network::Architecture& architecture, const Layout& layout, std::span<double> latents) {
  for (std::size_t b = 0; b < layout.banks.size(); ++b) {
    const filters::Bank& bank = architecture.banks[b];
    const auto& [weights, thresholds] = layout.banks[b];
    const int lowest = filters::threshold_range(bank.shape).first;
    std::size_t tap = weights.first, filter_at = thresholds.first;
    for (const filters::Filter& filter : bank.filters) {
      for (const std::uint8_t is_plus : filter.is_plus) {
        latents[tap] = is_plus != 0 ? std::abs(latents[tap]) : -std::abs(latents[tap]);
        ++tap;
      }
      const int place = (filter.threshold - lowest) / bank.shape.threshold_step;
      latents[filter_at++] = (2.0 * place + 1) / thresholds.levels - 1;
    }
  }
}

void start_at_network(const network::Architecture& architecture, const Layout& layout,
                      const network::NetworkBits& network, std::span<double> latents) {
  const auto put = [](const Block& block, double& latent, int value) {
    const double middle = static_cast<double>(value) / (block.largest + block.spacing / 2.0);
    latent = block.levels == 2 ? std::copysign(latent, value) : middle;
  };
  for (std::size_t l = 0; l < layout.layers.size(); ++l) {
    const auto& [weights, biases] = layout.layers[l];
    const network::LayerValues values = network::decode(architecture.layers[l], network[l]);
    for (std::size_t i = 0; i < weights.size; ++i) put(weights, latents[weights.first + i], values.weights[i]);
    for (std::size_t i = 0; i < biases.size; ++i)
      put(biases, latents[biases.first + i], values.biases[i] / biases.grid_unit);
  }
}

int rounded(const Block& block, double latent) {
  const auto cell = static_cast<int>((latent + 1) * 0.5 * block.levels);  // truncation is floor: latents are >= -1
  return std::min(cell, block.levels - 1) * block.spacing - block.largest;
}

void round_latents(const Layout& layout, std::span<const double> latents, std::span<double> values) {
  for (const auto& layer : layout.layers) {
    round_block(layer.weights, latents, values);
    round_block(layer.biases, latents, values);
  }
  for (const auto& bank : layout.banks) {
    round_block(bank.weights, latents, values);
    round_block(bank.biases, latents, values);
  }
}

network::LayerBits filter_bits(const LayerBlocks& blocks, std::span<const double> values) {
  network::LayerBits bits;
  for (const double value : values.subspan(blocks.weights.first, blocks.weights.size))
    bits.weights.push_back(value > 0 ? 1 : 0);
  for (const double value : values.subspan(blocks.biases.first, blocks.biases.size)) {
    const int place = (static_cast<int>(value) + blocks.biases.largest) / blocks.biases.spacing;
    for (int bit = 1; bit < blocks.biases.levels; bit *= 2) bits.biases.push_back((place & bit) != 0 ? 1 : 0);
  }
  return bits;
}

network::NetworkBits to_bits(const network::Architecture& architecture, const Layout& layout,
                             std::span<const double> latents) {
  network::NetworkBits bits;
  for (std::size_t l = 0; l < layout.layers.size(); ++l) {
    const auto& layer = architecture.layers[l];
    const auto& blocks = layout.layers[l];
    bits.push_back(
        {block_bits(layer.weights, blocks.weights, latents), block_bits(layer.bias, blocks.biases, latents)});
  }
  if (layout.banks.empty()) return bits;
  std::vector<double> values(layout.parameters);
  round_latents(layout, latents, values);
  for (const LayerBlocks& blocks : layout.banks) bits.push_back(filter_bits(blocks, values));
  return bits;
}

void Adam::step(std::span<double> latents, std::span<const std::int64_t> gradient, double unit, const Rates& rates) {
  constexpr double decay = 0.9, square_decay = 0.999, floor = 1e-8;
  const auto t = static_cast<double>(++state_.steps);
  const double correction = std::sqrt(1 - std::pow(square_decay, t)) / (1 - std::pow(decay, t));
  auto mean = vector_view(state_.mean).array(), square = vector_view(state_.square).array();
  const auto g = vector_view(gradient).array().cast<double>() * unit;
  mean = decay * mean + (1 - decay) * g;
  square = square_decay * square + (1 - square_decay) * g * g;
  const auto move = [&](std::size_t first, std::size_t last, double rate) {
    const auto begin = static_cast<Eigen::Index>(first), size = static_cast<Eigen::Index>(last - first);
    auto x = vector_view(latents.subspan(first, last - first)).array();
    x = (x - rate * correction * mean.segment(begin, size) / (square.segment(begin, size).sqrt() + floor))
            .max(-1.0)
            .min(1.0);
  };
  move(0, rates.first_filter, rates.layers);
  move(rates.first_filter, latents.size(), rates.filters);
}

double cosine_rate(double peak, std::int64_t step, std::int64_t steps) {
  return peak * 0.5 * (1 + std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(steps)));
}

}  // namespace isinglass::train::qat
