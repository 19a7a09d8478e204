#include "ising/dynamics/dynamics_machine.hpp"

#include "ising/dynamics/batch_run.hpp"

#include <algorithm>

namespace isinglass::dynamics {

namespace {

class ProgrammedDynamics : public ProgrammedCopy {
public:
  ProgrammedDynamics(const IsingProblem& problem, const Dynamics& dynamics) : ProgrammedCopy(problem), dynamics_(dynamics) {
    load();
  }

  void set_fields(std::span<const double> fields) override {
    couplings_are_new_ = false;
    ProgrammedCopy::set_fields(fields);
    couplings_are_new_ = true;
  }

  [[nodiscard]] ReadSet read(const ReadRequest& request) override {
    ReadSet set;
    const std::int64_t end = request.first + request.count;
    for (std::int64_t at = request.first; at < end && !set.was_cut;) {
      const std::int64_t count = std::min<std::int64_t>(most_lanes, end - at);
      Start start;
      start.product = product_.get();
      start.kernels = &kernels();
      start.field = field_;
      start.scale = scale_;
      start.spins = problem().spins;
      start.lanes = lanes_for(static_cast<std::size_t>(count));
      start.seed = request.seed;
      start.first = at;
      start.warm = request.warm_start;
      start.steps = request.sweeps > 0 ? request.sweeps : dynamics_.steps;
      BatchRun(problem(), dynamics_, std::move(start), request).append_to(set, static_cast<std::size_t>(count));
      at += count;
    }
    return set;
  }

protected:
  void reprogrammed() override { load(); }

private:
  void load() {
    if (couplings_are_new_) product_ = batch_product(problem(), kernels());
    field_.assign(padded(problem().spins), 0.0F);
    std::ranges::transform(problem().fields, field_.begin(), [](double h) { return static_cast<float>(h); });
    scale_ = normalisation(problem(), *product_);
  }

  Dynamics dynamics_;
  bool couplings_are_new_ = true;
  std::unique_ptr<BatchProduct> product_;
  Floats field_;
  Normalisation scale_;
};

}  // namespace

std::unique_ptr<ProgrammedMachine> DynamicsMachine::program(const IsingProblem& problem) const {
  return std::make_unique<ProgrammedDynamics>(problem, dynamics_);
}

}  // namespace isinglass::dynamics
