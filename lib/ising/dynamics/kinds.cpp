#include "ising/dynamics/kinds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::ising::dynamics {

namespace {

/// Amplitudes at the start of a read: of bifurcation's x and y, which the bifurcation amplifies; of a CIM, about a
/// photon's, which the pump amplifies; of a warm start.
constexpr float bifurcation_amplitude = 0.3F, cim_amplitude = 0.01F, warm_amplitude = 0.5F;

class BifurcationBatch : public Trajectory {
public:
  BifurcationBatch(Kind kind, const config::BifurcationConfig& config, const Start& start)
      : kind_(kind),
        config_(config),
        start_(start),
        generators_(lane_generators(start)),
        x_(first_positions(start, generators_, bifurcation_amplitude, warm_amplitude)),
        y_(first_positions(start, generators_, bifurcation_amplitude, 0.0F)),
        product_(kind == Kind::bsb ? start.size() : 0),
        amplitude_(start, x_),
        unit_(start.lanes, 1.0F),
        strengths_(lane_strengths(start, config.strength, config.strength_spread)) {}

  [[nodiscard]] const Floats& x() const override { return x_; }

  [[nodiscard]] std::int64_t products_per_step() const override { return kind_ == Kind::bsb ? 1 : 0; }

  void advance(std::int64_t step, const Sample* sample) override {
    if (kind_ == Kind::bsb) start_.product->multiply(x_, start_.lanes, product_);
    BatchStep s{.rows = start_.rows(), .lanes = start_.lanes};
    s.product = kind_ == Kind::bsb ? product_.data() : sample->product->data();
    s.field = start_.field.data();
    s.x = x_.data();
    s.second = y_.data();
    s.amplitude = kind_ == Kind::bsb ? amplitude_.values() : unit_.data();
    s.sum = amplitude_.sums();
    s.strength = strengths_.data();
    s.time_step = static_cast<float>(config_.time_step);
    s.gain = -static_cast<float>(1 - static_cast<double>(step) / static_cast<double>(start_.steps));
    start_.kernels->advance(kind_, s);
    amplitude_.update();
  }

private:
  Kind kind_;
  config::BifurcationConfig config_;
  Start start_;
  simd::AlignedVector<std::uint32_t> generators_;
  Floats x_, y_, product_;
  MeanAmplitude amplitude_;
  Floats unit_, strengths_;
};

constexpr float largest_error = 32;

/// x, its measurements and their product with J: what both kinds of CIM have.
class CimBatch : public Trajectory {
public:
  CimBatch(const Start& start, double noise, double coupling, double spread)
      : start_(start),
        noise_(static_cast<float>(noise)),
        generators_(lane_generators(start)),
        x_(first_positions(start, generators_, cim_amplitude, warm_amplitude)),
        measured_(noise > 0 ? start.size() : 0),
        product_(start.size()),
        amplitude_(start, x_),
        strengths_(lane_strengths(start, coupling, spread)) {}

  [[nodiscard]] const Floats& x() const override { return x_; }

protected:
  /// product_ = J times what is measured of x.
  void feed_back() {
    if (noise_ > 0)
      start_.kernels->measure({start_.rows(), start_.lanes, x_.data(), measured_.data(), generators_.data(), noise_});
    start_.product->multiply(noise_ > 0 ? measured_ : x_, start_.lanes, product_);
  }

  /// Parameters that both kinds tell the kernel.
  [[nodiscard]] BatchStep batch_step(double time_step) {
    BatchStep t{.rows = start_.rows(), .lanes = start_.lanes};
    t.product = product_.data();
    t.field = start_.field.data();
    t.x = x_.data();
    t.amplitude = amplitude_.values();
    t.sum = amplitude_.sums();
    t.strength = strengths_.data();
    t.time_step = static_cast<float>(time_step);
    return t;
  }

  Start start_;
  float noise_;
  simd::AlignedVector<std::uint32_t> generators_;
  Floats x_, measured_, product_;
  MeanAmplitude amplitude_;
  Floats strengths_;
};

class MeanFieldBatch : public CimBatch {
public:
  MeanFieldBatch(const config::CimConfig& config, const Start& start)
      : CimBatch(start, config.noise, config.coupling, config.coupling_spread), config_(config) {}

  void advance(std::int64_t step, const Sample*) override {
    feed_back();
    const double progress = static_cast<double>(step) / static_cast<double>(start_.steps);
    BatchStep t = batch_step(config_.time_step);
    t.gain = static_cast<float>(config_.first_gain + (config_.last_gain - config_.first_gain) * progress);
    t.limit = static_cast<float>(config_.limit);
    start_.kernels->advance(Kind::cim, t);
    amplitude_.update();
  }

private:
  config::CimConfig config_;
};

class ControlledBatch : public CimBatch {
public:
  ControlledBatch(const config::CacConfig& config, const Start& start)
      : CimBatch(start, config.noise, config.coupling, config.coupling_spread),
        config_(config),
        e_(start.size(), 1.0F),
        target_(start.lanes, static_cast<float>(config.target)),
        rate_(start.lanes, 0.0F),
        best_(start.lanes, std::numeric_limits<float>::infinity()),
        since_(start.lanes, 0) {}

  void advance(std::int64_t step, const Sample* sample) override {
    if (sample != nullptr) control(step, *sample);
    feed_back();
    for (float& rate : rate_) rate += static_cast<float>(config_.rate_growth * config_.time_step);
    BatchStep t = batch_step(config_.time_step);
    t.second = e_.data();
    t.target = target_.data();
    t.rate = rate_.data();
    t.gain = static_cast<float>(config_.gain);
    t.saturation = static_cast<float>(config_.saturation);
    t.limit = 1.5F * static_cast<float>(std::sqrt(config_.target + config_.target_swing));
    t.largest_error = largest_error;
    start_.kernels->advance(Kind::cac, t);
    amplitude_.update();
  }

private:
  /// Targets and rates from the energies of the signs.
  void control(std::int64_t step, const Sample& sample) {
    const auto patience = static_cast<std::int64_t>(config_.patience / config_.time_step);
    const auto slope = static_cast<float>(config_.sensitivity / start_.scale.coupling_rms);
    for (std::size_t l = 0; l < start_.lanes; ++l) {
      target_[l] = static_cast<float>(config_.target) +
                   static_cast<float>(config_.target_swing) * saturated(slope * (sample.energy[l] - sample.best[l]));
      if (sample.best[l] < best_[l]) {
        best_[l] = sample.best[l];
        since_[l] = step;
      } else if (step - since_[l] > patience) {
        since_[l] = step;
        rate_[l] = 0;
      }
    }
  }

  config::CacConfig config_;
  Floats e_, target_, rate_, best_;
  std::vector<std::int64_t> since_;
};

}  // namespace

Dynamics bifurcation(Kind kind, const config::BifurcationConfig& config) {
  Dynamics dynamics;
  dynamics.name = kind == Kind::bsb ? "bsb" : "dsb";
  dynamics.steps = config.steps;
  // The discrete form multiplies signs at every step anyway.
  dynamics.sample_interval = kind == Kind::bsb ? config.sample_interval : 1;
  dynamics.begin = [kind, config](const Start& start) {
    return std::make_unique<BifurcationBatch>(kind, config, start);
  };
  return dynamics;
}

float saturated(float u) {
  if (u >= 3) return 1;
  if (u <= -3) return -1;
  return u * (27 + u * u) / (27 + 9 * u * u);
}

Dynamics mean_field_cim(const config::CimConfig& config) {
  return {"cim", config.steps, config.sample_interval,
          [config](const Start& start) { return std::make_unique<MeanFieldBatch>(config, start); }};
}

Dynamics controlled_cim(const config::CacConfig& config) {
  return {"cac", config.steps, config.sample_interval,
          [config](const Start& start) { return std::make_unique<ControlledBatch>(config, start); }};
}

}  // namespace isinglass::ising::dynamics
