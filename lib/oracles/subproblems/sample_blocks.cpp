#include "oracles/subproblems/sample_blocks.hpp"

#include "oracles/subproblems/neuron_problem.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace isinglass::oracles {

namespace {

/// sum_j b_j y_j + sum_{j<k} q_jk y_j y_k with y = (1 + t) / 2, without the constant, divided by the largest
/// coefficient.
void to_spins(SampleCoefficients& c) {
  std::vector<double> fields(c.fields.size());
  double largest = 0;
  std::size_t pair = 0;
  for (std::size_t j = 0; j < fields.size(); ++j) {
    fields[j] += 0.5 * c.fields[j];
    for (std::size_t k = j + 1; k < fields.size(); ++k, ++pair) {
      c.couplings[pair] *= 0.25;
      fields[j] += c.couplings[pair];
      fields[k] += c.couplings[pair];
      largest = std::max(largest, std::abs(c.couplings[pair]));
    }
  }
  for (const double h : fields) largest = std::max(largest, std::abs(h));
  if (largest > 0) {
    for (double& h : fields) h /= largest;
    for (double& j : c.couplings) j /= largest;
    c.unit = largest;
  }
  c.fields = std::move(fields);
}

}  // namespace

SampleChoices::SampleChoices(energy::StructuredState& state, std::size_t l, std::vector<int> units, ZWindow window)
    : state_(&state), layer_(l), units_(std::move(units)), window_(window) {
  for (const int unit : units_) weights_.push_back(energy::weights_of_input(next(), unit));
}

double SampleChoices::own_change(std::size_t sample, std::size_t slot, std::uint8_t k) const {
  const energy::LayerState& layer = here();
  const std::size_t at = layer.at(units_[slot], sample);
  const int z = layer.z(at);
  const std::int64_t after = std::max({z - layer.hi[k], layer.lo[k] - z, 0});
  return layer.scale * static_cast<double>(layer.multiplier[at] * after * after - layer.cost(at));
}

double SampleChoices::next_change(std::size_t sample, int c, int shift) const {
  const std::size_t at = next().at(c, sample);
  return next().scale * static_cast<double>(next().cost_after(at, shift) - next().cost(at));
}

double SampleChoices::change_alone(std::size_t sample, std::size_t slot, std::uint8_t k) const {
  const int shift = here().layer->values[k] - here().value[here().at(units_[slot], sample)];
  double sum = own_change(sample, slot, k);
  for (int c = 0; c < next().layer->units; ++c) sum += next_change(sample, c, weight(c, slot) * shift);
  return sum;
}

Alternatives SampleChoices::alternatives(std::size_t sample) const {
  const energy::LayerState& layer = here();
  Alternatives others;
  for (std::size_t slot = 0; slot < units_.size(); ++slot) {
    const std::size_t at = layer.at(units_[slot], sample);
    const std::uint8_t now = layer.segment[at], first = layer.first[sample], last = layer.last[sample];
    std::uint8_t best = now;
    double least = 0;
    for (std::uint8_t k = first; k <= last; ++k) {
      if (k == now) continue;
      const double change = last == first + 1 ? 0 : change_alone(sample, slot, k);  // of two, the other is the only one
      if (best != now && change >= least) continue;
      least = change;
      best = k;
    }
    others.segment.push_back(best);
    others.shift.push_back(static_cast<std::int16_t>(layer.layer->values[best] - layer.value[at]));
    others.own.push_back(own_change(sample, slot, best));
  }
  return others;
}

void SampleChoices::add_parabola(SampleCoefficients& sum, std::size_t sample, int c, const Alternatives& others) const {
  const int z = next().z(next().at(c, sample)), limit = window_.limit;
  const int left = std::min(window_.width, limit + z), right = std::min(window_.width, limit - z);
  const Parabola parabola =
      parabola_through(left, next_change(sample, c, -left), 0, right, next_change(sample, c, right));
  const double curvature = std::max(0.0, parabola.curvature);
  std::size_t pair = 0;
  for (std::size_t j = 0; j < units_.size(); ++j) {
    const double of_j = weight(c, j) * others.shift[j];
    sum.fields[j] += of_j * (parabola.slope + 0.5 * curvature * of_j);
    if (curvature == 0) continue;
    for (std::size_t k = j + 1; k < units_.size(); ++k)
      sum.couplings[pair++] += curvature * of_j * weight(c, k) * others.shift[k];
  }
}

SampleCoefficients SampleChoices::coefficients(std::size_t sample, const Alternatives& others) const {
  SampleCoefficients sum{others.own, std::vector<double>(units_.size() * (units_.size() - 1) / 2), 1};
  for (int c = 0; c < next().layer->units; ++c) add_parabola(sum, sample, c, others);
  to_spins(sum);
  return sum;
}

double SampleChoices::change(std::size_t sample, const Alternatives& others, std::span<const std::int8_t> spins) const {
  double sum = 0;
  for (std::size_t j = 0; j < units_.size(); ++j)
    if (spins[j] > 0) sum += others.own[j];
  for (int c = 0; c < next().layer->units; ++c) {
    int shift = 0;
    for (std::size_t j = 0; j < units_.size(); ++j)
      if (spins[j] > 0) shift += weight(c, j) * others.shift[j];
    sum += next_change(sample, c, shift);
  }
  return sum;
}

void SampleChoices::take(std::size_t sample, const Alternatives& others, std::span<const std::int8_t> spins) {
  for (std::size_t j = 0; j < units_.size(); ++j) {
    if (spins[j] < 0 || others.segment[j] == here().segment[here().at(units_[j], sample)]) continue;
    here().choose(here().at(units_[j], sample), others.segment[j]);
    for (int c = 0; c < next().layer->units; ++c) next().shift_z(next().at(c, sample), weight(c, j) * others.shift[j]);
  }
}

namespace {

/// The parabolas' outer points, in units of the next layer's rms: about what a few units change together.
constexpr double window_share = 0.5;

/// Calls of one rank between two exchanges of coefficients and answers.
constexpr std::int64_t calls_a_rank = 16;

/// Fields and couplings of one sample.
std::int64_t packed_size(std::int64_t slots) { return slots * (slots + 1) / 2; }

/// Samples side by side: couplings within each.
ising::IsingProblem problem_of(std::span<const double> packed, std::int64_t samples, std::int64_t slots) {
  std::vector<ising::Coupling> pairs;
  ising::IsingProblem problem;
  problem.spins = static_cast<std::size_t>(samples * slots);
  auto next = packed.begin();
  for (std::int64_t first = 0; first < samples * slots; first += slots) {
    problem.fields.insert(problem.fields.end(), next, next + slots);
    next += slots;
    for (std::int64_t j = 0; j < slots; ++j)
      for (std::int64_t k = j + 1; k < slots; ++k, ++next)
        if (*next != 0)
          pairs.push_back({static_cast<std::int32_t>(first + j), static_cast<std::int32_t>(first + k), *next});
  }
  problem.couplings = ising::sparse_couplings(problem.spins, pairs);
  return problem;
}

/// One rank holds each value, the others 0: the sum of their bit patterns is the value, whatever the number of ranks.
void share(std::vector<double>& values, const parallel::Communicator& group) {
  if (group.size() == 1) return;
  std::vector<std::int64_t> patterns(values.size());
  std::ranges::transform(values, patterns.begin(), [](double v) { return std::bit_cast<std::int64_t>(v); });
  group.all_sum(patterns);
  std::ranges::transform(patterns, values.begin(), [](std::int64_t p) { return std::bit_cast<double>(p); });
}

void share(std::vector<std::int8_t>& values, const parallel::Communicator& group) {
  if (group.size() == 1) return;
  std::vector<std::int64_t> wide(values.begin(), values.end());
  group.all_sum(wide);
  std::ranges::transform(wide, values.begin(), [](std::int64_t v) { return static_cast<std::int8_t>(v); });
}

}  // namespace

bool SampleBlocks::improve(energy::StructuredState& state, std::size_t l, const SubproblemKey& key,
                           SubproblemCounts& counts, const std::function<bool()>& stop_is_asked) {
  const network::Layer& next = *state.layers[l + 1].layer;
  const ZWindow window{std::max(1, static_cast<int>(std::lround(window_share * next.rms))),
                       largest_z(*state.architecture, l + 1)};
  const auto own = static_cast<std::int64_t>(state.layers[l].samples),
             first = static_cast<std::int64_t>(state.first_sample);
  std::vector<int> units(static_cast<std::size_t>(state.layers[l].layer->units));
  std::iota(units.begin(), units.end(), 0);
  if (std::ssize(units) > machine_.budget) key.shuffle(units);
  std::uint32_t problems = 0;
  for (auto from = units.begin(); from != units.end();) {
    const auto to = from + std::min<std::int64_t>(machine_.budget, units.end() - from);
    const std::int64_t slots = to - from;
    Part part{
        SampleChoices(state, l, {from, to}, window), slots, problems, {first, first + own}, {0, group_.all_sum(own)},
        samples_a_call(machine_.budget, slots)};
    if (!improve_part(part, key, counts, stop_is_asked)) return false;
    problems += static_cast<std::uint32_t>(part.calls());
    from = to;
  }
  return true;
}

bool SampleBlocks::improve_part(Part& part, const SubproblemKey& key, SubproblemCounts& counts,
                                const std::function<bool()>& stop_is_asked) {
  const std::int64_t calls = part.calls();
  std::vector<std::int64_t> improved(static_cast<std::size_t>(calls));
  const std::int64_t batch = calls_a_rank * group_.size();
  for (std::int64_t call = 0; call < calls; call += batch) {
    if (group_.any(stop_is_asked())) return false;
    if (!improve_batch(part, {call, std::min(calls, call + batch)}, key, improved, stop_is_asked)) return false;
  }
  group_.all_max(improved);
  counts.problems += calls;
  counts.reads += calls * machine_.reads();
  counts.accepted += std::accumulate(improved.begin(), improved.end(), std::int64_t{0});
  counts.largest = std::max(counts.largest, part.slots * std::min(part.samples_a_call, part.all.size()));
  return true;
}

bool SampleBlocks::improve_batch(Part& part, const Range& calls, const SubproblemKey& key,
                                 std::vector<std::int64_t>& improved, const std::function<bool()>& stop_is_asked) {
  const Range samples = part.samples_of(calls), own = samples.cut(part.own);
  std::vector<Alternatives> others;
  for (std::int64_t s = own.begin; s < own.end; ++s)
    others.push_back(part.choices.alternatives(static_cast<std::size_t>(s - part.own.begin)));
  const std::vector<double> coefficients = shared_coefficients(part, samples, others);
  const std::optional<std::vector<std::int8_t>> reads = shared_reads(part, calls, coefficients, key, stop_is_asked);
  if (!reads) return false;
  for (std::int64_t s = own.begin; s < own.end; ++s) {
    const auto local = static_cast<std::size_t>(s - part.own.begin);
    const Alternatives& other = others[static_cast<std::size_t>(s - own.begin)];
    double least = 0;
    std::span<const std::int8_t> best;
    for (std::int64_t read = 0; read < machine_.reads(); ++read) {
      const std::int64_t at = (read * samples.size() + s - samples.begin) * part.slots;
      const auto spins = std::span(*reads).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(part.slots));
      const double change = part.choices.change(local, other, spins);
      if (change >= least) continue;
      least = change;
      best = spins;
    }
    if (best.empty()) continue;
    part.choices.take(local, other, best);
    improved[static_cast<std::size_t>(s / part.samples_a_call)] = 1;
  }
  return true;
}

std::vector<double> SampleBlocks::shared_coefficients(const Part& part, const Range& samples,
                                                      const std::vector<Alternatives>& others) const {
  std::vector<double> all(static_cast<std::size_t>(samples.size() * packed_size(part.slots)));
  const Range own = samples.cut(part.own);
  for (std::int64_t s = own.begin; s < own.end; ++s) {
    const SampleCoefficients of_sample = part.choices.coefficients(static_cast<std::size_t>(s - part.own.begin),
                                                                   others[static_cast<std::size_t>(s - own.begin)]);
    const auto to = all.begin() + (s - samples.begin) * packed_size(part.slots);
    std::ranges::copy(of_sample.couplings, std::ranges::copy(of_sample.fields, to).out);
  }
  share(all, group_);
  return all;
}

std::optional<std::vector<std::int8_t>> SampleBlocks::shared_reads(const Part& part, const Range& calls,
                                                                   std::span<const double> coefficients,
                                                                   const SubproblemKey& key,
                                                                   const std::function<bool()>& stop_is_asked) const {
  bool was_cut = false;
  const Range samples = part.samples_of(calls);
  std::vector<std::int8_t> all(static_cast<std::size_t>(machine_.reads() * samples.size() * part.slots));
  for (std::int64_t call = calls.begin + group_.rank(); call < calls.end; call += group_.size()) {
    if (was_cut) break;
    const Range mine = part.samples_of({call, call + 1});
    const std::int64_t from = mine.begin - samples.begin;
    const auto packed = coefficients.subspan(static_cast<std::size_t>(from * packed_size(part.slots)),
                                             static_cast<std::size_t>(mine.size() * packed_size(part.slots)));
    ising::ReadRequest request;
    request.count = machine_.reads();
    request.seed = key.machine_seed(part.first_problem + static_cast<std::uint32_t>(call));
    request.stop_is_asked = stop_is_asked;
    const ising::ReadSet set = machine_.machine.program(problem_of(packed, mine.size(), part.slots))->read(request);
    was_cut = set.was_cut;
    for (std::size_t r = 0; r < set.reads.size(); ++r)
      std::ranges::copy(set.reads[r].spins,
                        all.begin() + (static_cast<std::int64_t>(r) * samples.size() + from) * part.slots);
  }
  if (group_.any(was_cut)) return std::nullopt;
  share(all, group_);
  return all;
}

}  // namespace isinglass::oracles
