#include "namespaces.hpp"
#include "oracles/annealing/sweeps.hpp"

#include "network/forward.hpp"
#include "plain_loss.hpp"
#include "random_state.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>

BOOST_AUTO_TEST_SUITE(structured)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// A random problem with each loss in turn; the logistic one with every degree and different numbers of pieces.
RandomProblem problem_with_loss(std::uint64_t seed, std::size_t samples) {
  RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), samples);
  const std::uint64_t round = seed / 3;  // so that every depth meets every loss
  set_loss(problem.architecture, round);
  return problem;
}

/// The energy as DESIGN's formula reads, from the weights, the chosen segments and the multipliers alone.
double plain_energy(const StructuredState& state, const RandomProblem& problem) {
  const PlainLoss loss(problem.architecture, state.layers.back().lo[1]);
  double energy = 0;
  for (std::size_t s = 0; s < problem.samples.size(); ++s) {
    std::vector<int> activation(problem.samples.row(s).begin(), problem.samples.row(s).end());
    for (const LayerState& layer : state.layers) {
      const LayerValues values = decode(*layer.layer, layer.bits);
      std::vector<int> next;
      for (int j = 0; j < layer.layer->units; ++j) {
        const auto unit = static_cast<std::size_t>(j);
        int z = values.biases[unit];
        for (std::size_t i = 0; i < activation.size(); ++i)
          z += values.weights[unit * activation.size() + i] * activation[i];
        const std::size_t at = layer.at(j, s), k = layer.segment[at];
        const std::int64_t distance = z > layer.hi[k] ? z - layer.hi[k] : z < layer.lo[k] ? layer.lo[k] - z : 0;
        const bool is_output = layer.layer->is_output();
        const int sign = target_sign(problem.architecture.outputs(), j, problem.samples.labels[s]);
        const std::int64_t cost = is_output ? loss.at(sign * z) : distance * distance;
        energy += layer.scale * static_cast<double>(layer.multiplier[at] * cost);
        next.push_back(is_output ? z : layer.layer->values[k]);
      }
      activation = next;
    }
  }
  return energy;
}

struct RandomUnit {
  std::vector<std::int16_t> above, below, multiplier;
  std::vector<std::int8_t> x;
};

RandomUnit random_unit(Words& words, std::size_t size, int largest_z, int largest_multiplier, int largest_x) {
  RandomUnit unit;
  for (std::size_t s = 0; s < size; ++s) {
    const int z = words.between(-largest_z, largest_z), lo = words.between(-largest_z, 0),
              hi = words.between(0, largest_z);
    unit.above.push_back(static_cast<std::int16_t>(z - hi));
    unit.below.push_back(static_cast<std::int16_t>(lo - z));
    unit.multiplier.push_back(static_cast<std::int16_t>(words.between(0, largest_multiplier)));
    unit.x.push_back(static_cast<std::int8_t>(words.between(-largest_x, largest_x)));
  }
  return unit;
}

}  // namespace

BOOST_AUTO_TEST_CASE(kernels_equal_the_plain_reference) {
  Words words(11);
  for (int round = 0; round < 300; ++round) {
    const int largest_x = words.between(1, 127), step = words.between(1, 8) * (words.between(0, 1) ? 1 : -1);
    const int largest_z = words.between(10, 4000), largest_multiplier = words.between(1, 1023);
    const RandomUnit unit = random_unit(words, padded(static_cast<std::size_t>(words.between(1, 700))), largest_z,
                                        largest_multiplier, largest_x);
    const UnitView view{unit.above.data(), unit.below.data(), unit.multiplier.data(), unit.above.size()};
    const bool narrow = fits_narrow({std::abs(step) * largest_x, largest_multiplier, 2 * largest_z});
    const std::int64_t expected = reference::squared_change(view, unit.x.data(), step);
    for (const simd::Width width : simd::cpu_widths()) {
      BOOST_TEST(squared_change(view, unit.x.data(), step, narrow, width) == expected);
      BOOST_TEST(squared_change(view, unit.x.data(), step, false, width) == expected);
      for (const bool is_narrow : {false, narrow})
        BOOST_TEST(linear_change(view, unit.x.data(), step, is_narrow, width) ==
                   reference::linear_change(view, unit.x.data(), step));
      RandomUnit moved = unit;
      shift_unit(moved.above.data(), moved.below.data(), unit.x.data(), step, unit.x.size(), width);
      for (std::size_t s = 0; s < unit.x.size(); ++s) {
        BOOST_TEST(moved.above[s] == unit.above[s] + step * unit.x[s]);
        BOOST_TEST(moved.below[s] == unit.below[s] - step * unit.x[s]);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(costs_of_shifts_equal_the_plain_reference) {
  Words words(12);
  for (int round = 0; round < 100; ++round) {
    const RandomUnit unit = random_unit(words, sample_block, words.between(10, 4000), words.between(1, 1023), 127);
    const std::vector<std::int16_t> shift(unit.x.begin(), unit.x.end());
    const DownstreamUnit block{unit.above.data(), unit.below.data(), unit.multiplier.data(), words.between(-40, 40)};
    const auto scale = static_cast<float>(words.between(1, 9)) / 7;
    for (const simd::Width width : simd::cpu_widths()) {
      std::vector<std::int32_t> linear(sample_block, 3);
      std::vector<float> squared(sample_block, 0.25F);
      RandomUnit moved = unit;
      add_linear_costs(linear.data(), block, shift.data(), width);
      add_squared_costs(squared.data(), block, shift.data(), scale, width);
      apply_shift(moved.above.data(), moved.below.data(), shift.data(), block.weight, width);
      for (std::size_t s = 0; s < sample_block; ++s) {
        const int step = block.weight * shift[s];
        const int before = std::max({int{unit.above[s]}, int{unit.below[s]}, 0});
        const int after = std::max({unit.above[s] + step, unit.below[s] - step, 0});
        const auto difference = static_cast<float>((after - before) * (after + before));
        BOOST_TEST(linear[s] == 3 + after - before);
        BOOST_TEST(squared[s] == 0.25F + scale * static_cast<float>(unit.multiplier[s]) * difference);
        BOOST_TEST(moved.above[s] == unit.above[s] + step);
        BOOST_TEST(moved.below[s] == unit.below[s] - step);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(looked_up_losses_equal_the_plain_reference) {
  Words words(13);
  for (int round = 0; round < 100; ++round) {
    const int limit = words.between(50, 3000), margin = words.between(1, 400), step = words.between(-8, 8);
    RandomProblem problem = problem_with_loss(static_cast<std::uint64_t>(round), 1);
    problem.architecture.loss = words.between(0, 1) ? Loss::logistic : Loss::squared;
    const LossSpline spline = make_loss_spline(problem.architecture, margin, limit);
    const LossTable table(spline, limit);
    const std::size_t size = padded(static_cast<std::size_t>(words.between(1, 700)));
    const int largest_x = words.between(1, std::min(127, limit / 9)), largest_z = limit - 8 * largest_x;
    std::vector<std::int16_t> above, below, multiplier, shift;
    std::vector<std::uint8_t> segment;
    std::vector<std::int8_t> x;
    std::int64_t expected = 0;
    std::vector<std::int64_t> block(sample_block, 5);
    for (std::size_t s = 0; s < size; ++s) {
      const int z = words.between(-largest_z, largest_z), sign = words.between(0, 1) ? 1 : -1;
      segment.push_back(sign > 0 ? 1 : 0);
      above.push_back(static_cast<std::int16_t>(sign > 0 ? z - limit : z + margin));
      below.push_back(static_cast<std::int16_t>(sign > 0 ? margin - z : -limit - z));
      multiplier.push_back(static_cast<std::int16_t>(words.between(0, 1)));
      x.push_back(static_cast<std::int8_t>(words.between(-largest_x, largest_x)));
      shift.push_back(x.back());
      const std::int64_t change = spline.at(sign * (z + step * x.back())) - spline.at(sign * z);
      expected += multiplier.back() * change;
      if (s < sample_block) block[s] += change;
    }
    const LossView view{above.data(), below.data(), multiplier.data(), segment.data(), size};
    for (const simd::Width width : simd::cpu_widths()) {
      std::vector<std::int64_t> costs(sample_block, 5);
      BOOST_TEST(table_change(view, x.data(), step, table, width) == expected);
      add_table_costs(costs.data(), view, shift.data(), step, table, width);
      BOOST_TEST(costs == block, boost::test_tools::per_element());
    }
  }
}

// The largest values that fits_narrow lets through, all at once: the 16-bit loop must not overflow.
BOOST_AUTO_TEST_CASE(narrow_kernel_holds_at_its_limits) {
  for (const int shift : {2, 30, 120, 254}) {
    for (int multiplier = 1023; multiplier > 1; multiplier = multiplier * 3 / 4) {
      int distance = 1;
      while (fits_narrow({shift, multiplier, distance + 1})) ++distance;
      if (!fits_narrow({shift, multiplier, distance})) continue;
      const std::size_t size = 4 * sample_block;
      const auto signed_distance = static_cast<std::int16_t>(distance);
      const std::vector<std::int16_t> above(size, signed_distance),
          below(size, static_cast<std::int16_t>(-signed_distance - 1)),
          multipliers(size, static_cast<std::int16_t>(multiplier));
      const std::vector<std::int8_t> x(size, static_cast<std::int8_t>(shift / 2));
      const UnitView view{above.data(), below.data(), multipliers.data(), size};
      for (const int step : {2, -2})
        for (const simd::Width width : simd::cpu_widths()) {
          BOOST_TEST(squared_change(view, x.data(), step, true, width) ==
                     reference::squared_change(view, x.data(), step));
          BOOST_TEST(linear_change(view, x.data(), step, true, width) ==
                     reference::linear_change(view, x.data(), step));
        }
    }
  }
}

BOOST_AUTO_TEST_CASE(forward_state_has_the_forward_loss) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RandomProblem problem = problem_with_loss(seed, 30);
    Words words(seed + 500);
    StructuredState state = state_with_multipliers(problem, words, 200);
    const NetworkBits bits = random_bits(problem.architecture, seed);
    set_forward(state, bits);
    const NetworkValues values = decode(problem.architecture, bits);
    std::int64_t loss = 0;
    const int outputs = problem.architecture.outputs();
    const PlainLoss plain(problem.architecture, state.layers.back().lo[1]);
    for (std::size_t s = 0; s < problem.samples.size(); ++s) {
      const auto z = forward(problem.architecture, values, problem.samples.row(s));
      for (int c = 0; c < outputs; ++c) {
        const int sign = target_sign(outputs, c, problem.samples.labels[s]);
        loss += plain.at(sign * z[static_cast<std::size_t>(c)]);
      }
    }
    BOOST_TEST(layer_costs(state).back() == loss);
    BOOST_TEST(output_loss(state, Communicator()) == plain.unit() * static_cast<double>(loss));
  }
}

BOOST_AUTO_TEST_CASE(energy_stays_the_plain_energy_through_sweeps) {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    const RandomProblem problem = problem_with_loss(seed, static_cast<std::size_t>(1 + seed % 40));
    Words words(seed + 900);
    StructuredState state = state_with_multipliers(problem, words, 200);
    set_forward(state, random_bits(problem.architecture, seed));
    std::int64_t accepted = 0;
    for (std::uint32_t sweep = 0; sweep < 4; ++sweep) {
      for (std::size_t l = 0; l < state.layers.size(); ++l) {
        if (l + 1 < state.layers.size()) accepted += sweep_segments(state, l, 5.0, {seed, 0, sweep});
        accepted += sweep_weights(state, l, 20.0, {seed, 0, sweep}, Communicator()).value();
      }
      BOOST_TEST(total_energy(state, Communicator()) == plain_energy(state, problem),
                 boost::test_tools::tolerance(1e-9));
    }
    BOOST_TEST(accepted > 0);
  }
}

BOOST_AUTO_TEST_CASE(segments_are_swept_alike_with_every_width) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RandomProblem problem = problem_with_loss(seed, 150);
    Words words(seed + 900);
    StructuredState start = state_with_multipliers(problem, words, 200);
    start.first_sample = seed;  // draws need not begin with a block
    set_forward(start, random_bits(problem.architecture, seed));
    for (std::size_t l = 0; l + 1 < start.layers.size(); ++l) {
      StructuredState plain = start;
      const std::int64_t accepted = sweep_segments(plain, l, 5.0, {seed, 3, 1}, simd::Width::plain);
      for (const simd::Width width : simd::cpu_widths()) {
        StructuredState state = start;
        BOOST_TEST(sweep_segments(state, l, 5.0, {seed, 3, 1}, width) == accepted);
        for (const std::size_t of : {l, l + 1}) {
          BOOST_TEST((state.layers[of].above == plain.layers[of].above));
          BOOST_TEST((state.layers[of].below == plain.layers[of].below));
          BOOST_TEST((state.layers[of].segment == plain.layers[of].segment));
          BOOST_TEST((state.layers[of].value == plain.layers[of].value));
        }
      }
    }
  }
}

// After any moves, the first layer's z are still those of its weights: completing them gives the whole forward pass.
BOOST_AUTO_TEST_CASE(the_forward_pass_can_start_from_the_first_layer) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RandomProblem problem = problem_with_loss(seed, 25);
    Words words(seed + 1700);
    StructuredState state = state_with_multipliers(problem, words, 200);
    set_forward(state, random_bits(problem.architecture, seed));
    for (std::size_t l = 0; l < state.layers.size(); ++l) {
      if (l + 1 < state.layers.size()) sweep_segments(state, l, 5.0, {seed, 2, 0});
      sweep_weights(state, l, 20.0, {seed, 2, 0}, Communicator());
    }
    StructuredState whole = state, from_z = state;
    set_forward(whole, state.bits());
    set_forward(from_z, random_bits(problem.architecture, seed + 1));
    set_forward(from_z, state.bits(), layer_z(whole.layers.front()));
    complete_forward(state);
    for (const StructuredState* completed : {&state, &from_z})
      for (std::size_t l = 0; l < whole.layers.size(); ++l) {
        BOOST_TEST((completed->layers[l].above == whole.layers[l].above));
        BOOST_TEST((completed->layers[l].below == whole.layers[l].below));
        BOOST_TEST((completed->layers[l].segment == whole.layers[l].segment));
        BOOST_TEST((completed->layers[l].value == whole.layers[l].value));
      }
    const Evaluation evaluation = evaluate(problem.architecture, whole.bits(), problem.samples, {});
    BOOST_TEST(count_correct(whole, problem.samples, {}) == evaluation.correct);
  }
}

// At temperature 0 no accepted move may raise the energy, whatever the proposal.
BOOST_AUTO_TEST_CASE(descent_never_raises_the_energy) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RandomProblem problem = problem_with_loss(seed, 25);
    Words words(seed + 1300);
    StructuredState state = state_with_multipliers(problem, words, 200);
    set_forward(state, random_bits(problem.architecture, seed));
    double energy = plain_energy(state, problem);
    for (std::uint32_t sweep = 0; sweep < 3; ++sweep)
      for (std::size_t l = 0; l < state.layers.size(); ++l) {
        if (l + 1 < state.layers.size()) sweep_segments(state, l, 0.0, {seed, 1, sweep});
        sweep_weights(state, l, 0.0, {seed, 1, sweep}, Communicator());
        const double now = plain_energy(state, problem);
        BOOST_TEST(now <= energy * (1 + 1e-9) + 1e-9);
        energy = now;
      }
  }
}

// With many cells, short steps and long ones must lead to every reachable cell and to no other.
BOOST_AUTO_TEST_CASE(every_reachable_one_of_many_segments_is_visited) {
  Words words(21);
  RandomProblem problem{random_samples(words, 40, 6, 2, 15), {}};
  NetworkConfig network;
  network.hidden[0].activation = Activation::tanh;
  network.hidden[0].segments = 40;
  network.hidden[0].units = 3;
  network.hidden[0].weights = "2bit";
  problem.architecture = build_network(network, {6, 2, input_rms(problem.samples)}).architecture;
  StructuredState state = state_with_multipliers(problem, words, 200);
  set_forward(state, random_bits(problem.architecture, 4));
  const LayerState& layer = state.layers[0];
  std::vector<bool> seen(3 * 40 * 40);
  std::size_t count = 0, reachable = 0;
  for (std::uint32_t sweep = 0; sweep < 4000; ++sweep) {
    sweep_segments(state, 0, 1e9, {1, 0, sweep});
    for (int j = 0; j < 3; ++j)
      for (std::size_t s = 0; s < layer.samples; ++s) {
        const std::size_t k = layer.segment[layer.at(j, s)];
        BOOST_REQUIRE((k >= layer.first[s] && k <= layer.last[s]));
        const std::size_t at = (static_cast<std::size_t>(j) * 40 + s) * 40 + k;
        count += seen[at] ? 0 : 1;
        seen[at] = true;
      }
  }
  for (std::size_t s = 0; s < layer.samples; ++s) reachable += 3U * (layer.last[s] - layer.first[s] + 1U);
  BOOST_TEST(count == reachable);
}

BOOST_AUTO_TEST_SUITE_END()
