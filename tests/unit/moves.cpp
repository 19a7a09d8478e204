#include "train/anneal/moves.hpp"
#include "namespaces.hpp"
#include "plain_loss.hpp"
#include "train/anneal/unit_pass.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

BOOST_AUTO_TEST_SUITE(moves)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// The networks that single moves of a plane lead to, by values: what the moves are, without the state that makes them
/// fast.
NetworkBits moved(const Architecture& architecture, const NetworkBits& bits, std::size_t l,
                  const NetworkState::Move& move, std::span<const InputPair> pairs) {
  const Layer& layer = architecture.layers[l];
  NetworkBits result = bits;
  const auto take = [&](std::vector<std::uint8_t>& all, const Codebook& codebook, std::size_t at, int direction) {
    const std::size_t width = codebook.steps.size();
    const int value = codebook.value(std::span(all).subspan(at * width, width));
    const int step = (direction != 0 ? direction : value < 0 ? 1 : -1) * move.plane.size;
    if (std::abs(value + step) > codebook.largest()) return 0;
    const auto next = codebook.nearest_bits(value + step);
    std::copy(next.begin(), next.end(), all.begin() + static_cast<std::ptrdiff_t>(at * width));
    return step;
  };
  const auto row = static_cast<std::size_t>(move.unit) * static_cast<std::size_t>(layer.inputs);
  if (move.plane.kind == MoveKind::bias) {
    take(result[l].biases, layer.bias, static_cast<std::size_t>(move.unit), move.plane.direction);
  } else if (move.plane.kind == MoveKind::weight) {
    take(result[l].weights, layer.weights, row + static_cast<std::size_t>(move.index), move.plane.direction);
  } else {
    const InputPair& pair = pairs[static_cast<std::size_t>(move.index)];
    const int a = take(result[l].weights, layer.weights, row + static_cast<std::size_t>(pair.a), move.plane.direction);
    const int b = take(result[l].weights, layer.weights, row + static_cast<std::size_t>(pair.b), -move.plane.direction);
    if (a != -b) return bits;  // not a swap
  }
  return result;
}

/// The hinge of the lead, summed over the samples, from the definition.
std::int64_t plain_lead_loss(const RandomProblem& problem, const NetworkBits& bits, int margin) {
  const NetworkValues values = decode(problem.architecture, bits);
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < problem.samples.size(); ++s) {
    std::vector<int> z = forward(problem.architecture, values, problem.samples.row(s));
    const int right = z[problem.samples.labels[s]];
    z.erase(z.begin() + problem.samples.labels[s]);
    sum += std::max(0, 2 * margin - (right - *std::max_element(z.begin(), z.end())));
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(lead_loss_is_the_definition) {
  int problems = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), 30);
    if (problem.architecture.outputs() == 1) continue;
    const NetworkBits bits = random_bits(problem.architecture, seed);
    for (const int margin : {1, 5, 40}) {
      const MoveData data(problem.samples);
      const NetworkState state(problem.architecture, data, margin, bits, MoveLoss::lead);
      BOOST_TEST(state.loss() == plain_lead_loss(problem, bits, margin));
    }
    ++problems;
  }
  BOOST_TEST(problems > 15);
}

// Every change that a pass evaluates is what making the move and recomputing the loss gives; and moves made one
// after the other leave the state equal to a fresh one.
BOOST_AUTO_TEST_CASE(pass_changes_equal_recomputed_losses) {
  int swaps = 0, by_columns = 0;
  for (std::uint64_t seed = 0; seed < 90; ++seed) {
    RandomProblem problem = random_problem(seed, static_cast<int>(seed % 4), 30);
    set_loss(problem.architecture, seed / 4);  // every depth meets every loss
    const MoveLoss judge = seed < 60 ? MoveLoss::own : MoveLoss::lead;
    const int margin = margin_of(problem.architecture, 1.0);
    const std::vector<InputPair> pairs = similar_inputs(problem.samples, 2, {});
    const MoveData data(problem.samples, pairs), plain_data(problem.samples);
    NetworkState state(problem.architecture, data, margin, random_bits(problem.architecture, seed), judge);
    UnitPass pass(state);
    Words words(seed + 77);
    for (std::size_t l = 0; l < problem.architecture.layers.size(); ++l) {
      const Layer& layer = problem.architecture.layers[l];
      for (int unit = 0; unit < layer.units; ++unit) {
        pass.begin(l, unit, 0, seed / 8 % 2 == 0);
        by_columns += pass.is_by_columns() ? 1 : 0;
        for (const MovePlane& plane : move_planes(layer, l == 0)) {
          const int count = state.move_count(l, plane);
          std::vector<std::int64_t> changes(static_cast<std::size_t>(count));
          pass.evaluate(plane, 0, changes);
          for (int index = 0; index < count; ++index) {
            const NetworkBits next = moved(problem.architecture, state.bits(), l, {plane, unit, index}, pairs);
            const NetworkState fresh(problem.architecture, plain_data, margin, next, judge);
            BOOST_REQUIRE_EQUAL(changes[static_cast<std::size_t>(index)], fresh.loss() - state.loss());
            swaps += plane.kind == MoveKind::swap && changes[static_cast<std::size_t>(index)] != 0;
          }
          pass.apply(plane, words.between(0, count - 1));
          pass.end();
          const NetworkState fresh(problem.architecture, plain_data, margin, state.bits(), judge);
          BOOST_REQUIRE_EQUAL(state.loss(), fresh.loss());
          BOOST_REQUIRE_EQUAL(state.correct(),
                              evaluate(problem.architecture, state.bits(), problem.samples, {}).correct);
          NetworkState taken_over(problem.architecture, plain_data, margin, random_bits(problem.architecture, 1),
                                  judge);
          taken_over.set(state.bits(), state.first_z());
          BOOST_REQUIRE_EQUAL(taken_over.loss(), fresh.loss());
        }
      }
    }
  }
  BOOST_TEST(swaps > 100);
  BOOST_TEST(by_columns > 20);
}

// Several moves in one pass, of which by columns the state hears only at the end.
BOOST_AUTO_TEST_CASE(passes_by_columns_agree_with_passes_by_rows) {
  int hidden = 0, outputs = 0;
  for (std::uint64_t seed = 0; seed < 240; ++seed) {
    RandomProblem problem = random_problem(seed, static_cast<int>(seed % 3), 60);
    set_loss(problem.architecture, seed / 3);
    const MoveLoss judge = seed % 2 == 0 ? MoveLoss::lead : MoveLoss::own;
    const int margin = margin_of(problem.architecture, 1.0), window = seed % 4 == 0 ? 0 : static_cast<int>(seed % 7);
    const MoveData data(problem.samples, similar_inputs(problem.samples, 2, {}));
    const NetworkBits bits = random_bits(problem.architecture, seed);
    NetworkState by_columns(problem.architecture, data, margin, bits, judge),
        by_rows(problem.architecture, data, margin, bits, judge);
    UnitPass columns(by_columns), rows(by_rows);
    Words words(seed + 5);
    for (std::size_t l = 0; l < problem.architecture.layers.size(); ++l) {
      const Layer& layer = problem.architecture.layers[l];
      for (int unit = 0; unit < layer.units; ++unit) {
        columns.begin(l, unit, window, true);
        rows.begin(l, unit, window);
        (layer.is_output() ? outputs : hidden) += columns.is_by_columns() ? 1 : 0;
        for (const MovePlane& plane : move_planes(layer, by_rows.has_swaps(l)))
          for (int move = 0; move < 3; ++move) {
            std::vector<std::int64_t> found(static_cast<std::size_t>(by_rows.move_count(l, plane))), expected = found;
            columns.evaluate(plane, 0, found);
            rows.evaluate(plane, 0, expected);
            BOOST_REQUIRE_EQUAL_COLLECTIONS(found.begin(), found.end(), expected.begin(), expected.end());
            const int index = words.between(0, static_cast<int>(found.size()) - 1);
            columns.apply(plane, index);
            rows.apply(plane, index);
          }
        columns.end();
        rows.end();
        BOOST_REQUIRE(by_columns.bits() == by_rows.bits());
        BOOST_REQUIRE_EQUAL(by_columns.loss(), by_rows.loss());
        BOOST_REQUIRE_EQUAL(by_columns.correct(), by_rows.correct());
      }
    }
  }
  BOOST_TEST(hidden > 20);
  BOOST_TEST(outputs > 20);
}

// Pairs are those of a plain search, whatever the sharding; a pair whose difference leaves 8 bits is left out.
BOOST_AUTO_TEST_CASE(similar_inputs_are_the_nearest) {
  Samples samples;
  samples.features = 4;
  samples.global_size = 3;
  samples.labels = {0, 1, 0};
  samples.inputs = {1, 2, 9, -127, 3, 3, 8, -119, -4, -5, 7, 90};
  const std::vector<InputPair> nearest{{0, 1}, {0, 2}};
  BOOST_TEST((similar_inputs(samples, 1, {}) == nearest));  // 3 is nearest to 0, but they are 128 apart once
  BOOST_TEST(similar_inputs(samples, 0, {}).empty());
}

namespace {

/// Integer loss of the network with z of one hidden unit shifted for all samples.
std::int64_t shifted_loss(const RandomProblem& problem, const NetworkBits& bits, int margin, std::size_t layer,
                          int unit, int shift) {
  NetworkValues values = decode(problem.architecture, bits);
  values[layer].biases[static_cast<std::size_t>(unit)] += shift;
  const int outputs = problem.architecture.outputs();
  const PlainLoss plain(problem.architecture, margin);
  std::int64_t loss = 0;
  for (std::size_t s = 0; s < problem.samples.size(); ++s) {
    const auto z = forward(problem.architecture, values, problem.samples.row(s));
    for (int c = 0; c < outputs; ++c) {
      const int sign = target_sign(outputs, c, problem.samples.labels[s]);
      loss += plain.at(sign * z[static_cast<std::size_t>(c)]);
    }
  }
  return loss;
}

}  // namespace

// With a window, a change is the sum over all shifts -window .. window - 1 of the unit's z of the exact change.
BOOST_AUTO_TEST_CASE(windowed_changes_equal_the_mean_over_shifts) {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 2), 12);
    set_loss(problem.architecture, seed / 2);
    const int margin = margin_of(problem.architecture, 1.0), window = 1 + static_cast<int>(seed % 5) * 3;
    const NetworkBits bits = random_bits(problem.architecture, seed);
    const MoveData data(problem.samples);
    NetworkState state(problem.architecture, data, margin, bits);
    UnitPass pass(state);
    const Layer& layer = problem.architecture.layers[0];
    for (int unit = 0; unit < layer.units; ++unit) {
      pass.begin(0, unit, window, seed % 4 < 2);
      std::vector<std::int64_t> changes(static_cast<std::size_t>(layer.inputs));
      const MovePlane plane = move_planes(layer, false).front();
      pass.evaluate(plane, 0, changes);
      for (int input = 0; input < layer.inputs; ++input) {
        const NetworkBits flipped = moved(problem.architecture, bits, 0, {plane, unit, input}, {});
        std::int64_t expected = 0;
        for (int shift = -window; shift < window; ++shift)
          expected += shifted_loss(problem, flipped, margin, 0, unit, shift) -
                      shifted_loss(problem, bits, margin, 0, unit, shift);
        BOOST_REQUIRE_EQUAL(changes[static_cast<std::size_t>(input)], expected);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(kernels_of_every_width_equal_their_definitions) {
  Words words(5);
  for (int round = 0; round < 60; ++round) {
    const std::size_t length = simd::padded(static_cast<std::size_t>(words.between(1, 100)), 32);
    constexpr std::size_t samples = 40;
    const int window = words.one_of<int>({0, 0, 1, 9}), largest_jump = words.one_of<int>({3, 200, 1'000'000});
    std::vector<std::int8_t> data;
    for (std::size_t k = 0; k < samples * length; ++k)
      data.push_back(static_cast<std::int8_t>(words.between(-127, 127)));
    std::vector<std::int16_t> steps;
    for (std::size_t i = 0; i < length; ++i) steps.push_back(static_cast<std::int16_t>(words.between(-8, 8)));
    std::vector<FlipEvent> events;
    std::vector<FlipShortfall> shortfalls;
    for (std::size_t s = 0; s < samples; ++s) {
      events.push_back(
          {static_cast<std::uint32_t>(s), words.between(-900, 900), words.between(-largest_jump, largest_jump)});
      shortfalls.push_back({s, words.between(-900, 900), words.between(0, 1) ? 1 : -1});
    }
    const EventRows rows{data.data(), length};
    const LossTable table(make_loss_spline(random_problem(1, 1, 1).architecture, 100, 2100), 2100);
    const auto first = static_cast<std::size_t>(words.between(0, static_cast<int>(length) - 1));
    for (const simd::Width width : simd::cpu_widths()) {
      std::vector<std::int64_t> heights(length, 7), linear(length, 7), squared(length, 7), looked_up(length, 7);
      sum_heights(events, rows, steps, first, length, window, heights, width);
      sum_losses(shortfalls, rows, steps, first, length, false, linear, width);
      sum_losses(shortfalls, rows, steps, first, length, true, squared, width);
      sum_losses(shortfalls, rows, steps, first, length, table, looked_up, width);
      for (std::size_t i = first; i < length; ++i) {
        std::int64_t h = 7, l = 7, q = 7, t = 7;
        for (std::size_t s = 0; s < samples; ++s) {
          const int step = steps[i] * data[s * length + i], before = shortfalls[s].shortfall,
                    after = before - shortfalls[s].target * step;
          const std::int64_t lost = std::max(before, 0), left = std::max(after, 0);
          h += events[s].jump * height(step - events[s].distance, window);
          l += left - lost;
          q += left * left - lost * lost;
          t += table.at(after) - table.at(before);
        }
        BOOST_TEST(heights[i] == h);
        BOOST_TEST(linear[i] == l);
        BOOST_TEST(squared[i] == q);
        BOOST_TEST(looked_up[i] == t);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(shifts_and_near_samples_of_every_width_equal_their_definitions) {
  Words words(6);
  for (int round = 0; round < 60; ++round) {
    const std::size_t samples = simd::padded(static_cast<std::size_t>(words.between(1, 300)), 128);
    const int step = words.between(-8, 8), threshold = words.between(-300, 300), reach = words.between(1, 200);
    std::vector<std::int16_t> z;
    std::vector<std::int8_t> x;
    const std::vector<int> thresholds{threshold, threshold + 90};
    std::vector<std::size_t> expected, went_across;
    for (std::size_t s = 0; s < samples; ++s) {
      z.push_back(static_cast<std::int16_t>(words.between(-1000, 1000)));
      x.push_back(static_cast<std::int8_t>(words.between(-127, 127)));
      if (-reach < threshold - z[s] && threshold - z[s] <= reach) expected.push_back(s);
      const auto is_across = [&](int t) { return (z[s] >= t) != (z[s] + step * x[s] >= t); };
      if (std::any_of(thresholds.begin(), thresholds.end(), is_across)) went_across.push_back(s);
    }
    for (const simd::Width width : simd::cpu_widths()) {
      std::vector<std::size_t> near{99}, crossed{99};
      find_near(z.data(), samples, threshold, reach, near, width);
      BOOST_TEST(near == expected, boost::test_tools::per_element());
      std::vector<std::int16_t> by_inputs = z, by_one = z;
      shift_all(by_inputs.data(), x.data(), step, samples, width);
      shift_all(by_one.data(), nullptr, step, samples, width);
      find_crossed(z.data(), by_inputs.data(), samples, thresholds, crossed, width);
      BOOST_TEST(crossed == went_across, boost::test_tools::per_element());
      for (std::size_t s = 0; s < samples; ++s) {
        BOOST_TEST(by_inputs[s] == z[s] + step * x[s]);
        BOOST_TEST(by_one[s] == z[s] + step);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
