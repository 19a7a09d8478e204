#include "ising/dynamics/trajectory.hpp"

#include "base/random.hpp"
#include "ising/coefficients.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::ising::dynamics {

namespace {

struct SquareSum {
  double sum = 0;
  std::size_t count = 0;
};

SquareSum squares(std::span<const double> values) {
  SquareSum s;
  for (const double v : values) {
    s.sum += v * v;
    s.count += v != 0 ? 1 : 0;
  }
  return s;
}

/// The sum of squares of a matrix that is not there: the mean squared length of its product with random signs.
SquareSum probed_squares(std::size_t spins, BatchProduct& product) {
  constexpr std::size_t lanes = most_lanes;
  constexpr std::uint64_t fixed_seed = 0;
  Floats x(padded(spins) * lanes), out(x.size());
  for (std::size_t k = 0; k < spins * lanes; ++k)
    x[k] = (draw(fixed_seed, Stream::noise, static_cast<std::uint32_t>(k), 0, 1)[0] & 1U) != 0 ? 1.0F : -1.0F;
  product.multiply(x, lanes, out);
  double sum = 0;
  for (const float v : out) sum += static_cast<double>(v) * v;
  return {sum / lanes, spins * (spins - 1)};
}

std::uint32_t low(std::int64_t index) { return static_cast<std::uint32_t>(index); }
std::uint32_t high(std::int64_t index) { return static_cast<std::uint32_t>(static_cast<std::uint64_t>(index) >> 32); }

}  // namespace

Normalisation normalisation(const IsingProblem& problem, BatchProduct& product) {
  const SquareSum j =
      stores_couplings(problem) ? squares(stored_values(problem)) : probed_squares(problem.spins, product);
  Normalisation scale;
  const double all = j.sum + squares(problem.fields).sum;
  if (all > 0) scale.field_rms = std::sqrt(all / static_cast<double>(problem.spins));
  scale.coupling_rms = j.sum > 0 ? std::sqrt(j.sum / static_cast<double>(j.count)) : scale.field_rms;
  return scale;
}

simd::AlignedVector<std::uint32_t> lane_generators(const Start& start) {
  simd::AlignedVector<std::uint32_t> words(4 * start.lanes);
  for (std::size_t l = 0; l < start.lanes; ++l) {
    const std::int64_t read = start.first + static_cast<std::int64_t>(l);
    const auto state = draw(start.seed, Stream::noise, low(read), high(read), 0);
    for (std::size_t w = 0; w < 4; ++w) words[w * start.lanes + l] = state[w];
  }
  return words;
}

Floats first_positions(const Start& start, simd::AlignedVector<std::uint32_t>& generators, float amplitude,
                       float warm_amplitude) {
  Floats x(start.size());
  for (std::size_t i = 0; i < start.warm.size(); ++i)
    std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(i * start.lanes), start.lanes, warm_amplitude * start.warm[i]);
  // Around a warm start the noise stays below it (it ends at 3.46 sigma), so that no sign is lost.
  if (!start.warm.empty()) amplitude = std::min(amplitude, warm_amplitude / 4);
  start.kernels->measure({start.rows(), start.lanes, x.data(), x.data(), generators.data(), amplitude});
  std::fill(x.begin() + static_cast<std::ptrdiff_t>(start.spins * start.lanes), x.end(),
            0.0F);  // padding stays at rest
  return x;
}

Floats lane_strengths(const Start& start, double strength, double spread) {
  Floats strengths(start.lanes);
  for (std::size_t l = 0; l < start.lanes; ++l) {
    const std::int64_t read = start.first + static_cast<std::int64_t>(l);
    const double u = uniform(draw(start.seed, Stream::noise, low(read), high(read), 1)[0]);
    strengths[l] = static_cast<float>(strength / start.scale.field_rms * (1 + spread * (2 * u - 1)));
  }
  return strengths;
}

MeanAmplitude::MeanAmplitude(const Start& start, const Floats& x)
    : share_(1.0F / static_cast<float>(start.spins)), values_(start.lanes), sums_(start.lanes) {
  for (std::size_t k = 0; k < x.size(); ++k) sums_[k % start.lanes] += std::abs(x[k]);
  update();
}

void MeanAmplitude::update() {
  for (std::size_t l = 0; l < values_.size(); ++l) values_[l] = sums_[l] * share_;
}

}  // namespace isinglass::ising::dynamics
