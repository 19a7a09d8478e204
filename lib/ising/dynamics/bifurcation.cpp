#include "ising/dynamics/bifurcation.hpp"

namespace isinglass::dynamics {

namespace {

constexpr float first_amplitude = 0.3F;  // of x and y: the bifurcation amplifies what is there
constexpr float warm_amplitude = 0.5F;

class BifurcationBatch : public Trajectory {
public:
  BifurcationBatch(Kind kind, const BifurcationConfig& config, const Start& start)
      : kind_(kind),
        config_(config),
        start_(start),
        generators_(lane_generators(start)),
        x_(first_positions(start, generators_, first_amplitude, warm_amplitude)),
        y_(first_positions(start, generators_, first_amplitude, 0.0F)),
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
  BifurcationConfig config_;
  Start start_;
  simd::AlignedVector<std::uint32_t> generators_;
  Floats x_, y_, product_;
  MeanAmplitude amplitude_;
  Floats unit_, strengths_;
};

}  // namespace

Dynamics bifurcation(Kind kind, const BifurcationConfig& config) {
  Dynamics dynamics;
  dynamics.name = kind == Kind::bsb ? "bsb" : "dsb";
  dynamics.steps = config.steps;
  // The discrete form multiplies signs at every step anyway.
  dynamics.sample_interval = kind == Kind::bsb ? config.sample_interval : 1;
  dynamics.begin = [kind, config](const Start& start) { return std::make_unique<BifurcationBatch>(kind, config, start); };
  return dynamics;
}

}  // namespace isinglass::dynamics
