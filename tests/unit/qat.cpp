// The baseline: rounding of latents, exact gradients, and learning.
#include <boost/test/unit_test.hpp>

#include "namespaces.hpp"
#include "network/forward.hpp"
#include "qat_problem.hpp"
#include "train/qat/batch_pass.hpp"
#include "train/qat/batches.hpp"

#include <cmath>
#include <numeric>
#include <set>

BOOST_AUTO_TEST_SUITE(qat)

using namespace isinglass;
using namespace isinglass::train::qat;
using namespace isinglass::testing;

namespace {

/// A hidden layer whose table is the identity on the integers -100 .. 100, so that its surrogate slope is its
/// derivative.
Architecture linear_architecture() {
  Architecture architecture;
  architecture.loss = Loss::squared_hinge;
  Layer hidden, output;
  hidden.inputs = 3;
  hidden.units = output.inputs = 2;
  output.units = 1;
  hidden.weights = make_codebook("3bit");
  hidden.bias = output.weights = output.bias = make_codebook("2bit");
  hidden.rms = 10;
  output.rms = 100;
  for (int z = -100; z <= 100; ++z) {
    if (z > -100) hidden.thresholds.push_back(z);
    hidden.values.push_back(static_cast<std::int8_t>(z));
  }
  architecture.layers = {hidden, output};
  return architecture;
}

/// The network's own loss with the factor that its signals have.
double own_loss(const LossScale& loss, double lack) {
  const double hinge = std::max(0.0, lack);
  switch (loss.objective) {
    case Objective::hinge:
      return hinge;
    case Objective::squared_hinge:
      return 0.5 * hinge * hinge;
    case Objective::squared:
      return 0.5 * lack * lack;
    default:
      return loss.margin * std::log1p(std::exp(lack / loss.margin - 1));
  }
}

/// Loss of the batch in units of signals, as a function of real parameter values.
double real_loss(std::span<const double> values, const LossScale& loss, const Samples& samples) {
  double sum = 0;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const auto a = samples.row(s);
    double z = values[10];
    for (std::size_t j = 0; j < 2; ++j)
      z += values[8 + j] * (values[6 + j] + values[3 * j] * a[0] + values[3 * j + 1] * a[1] + values[3 * j + 2] * a[2]);
    const double lack = loss.margin - target_sign(1, 0, samples.labels[s]) * z / loss.rms;
    sum += loss.rms * signal_one * own_loss(loss, lack);
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(latents_round_to_their_codebook_in_equal_cells) {
  const auto architecture = toy_architecture("ternary", "3bit");
  const auto layout = make_layout(architecture);
  const auto& blocks = layout.layers[0];
  for (const auto& [latent, value] : {std::pair{-1.0, -1}, {-0.34, -1}, {-0.33, 0}, {0.33, 0}, {0.34, 1}, {1.0, 1}})
    BOOST_TEST(rounded(blocks.weights, latent) == value);
  for (const auto& [latent, value] : {std::pair{-1.0, -7}, {-0.76, -7}, {-0.74, -5}, {0.01, 1}, {0.74, 5}, {1.0, 7}})
    BOOST_TEST(rounded(blocks.biases, latent) == value);
}

BOOST_AUTO_TEST_CASE(bits_decode_to_the_rounded_values) {
  const auto architecture = toy_architecture("ternary", "6bit");
  const auto layout = make_layout(architecture);
  const auto latents = initial_latents(layout, 1.0, 3);
  std::vector<double> values(layout.parameters);
  round_latents(layout, latents, values);
  const auto decoded = decode(architecture, to_bits(architecture, layout, latents));
  std::size_t at = 0;
  for (const auto& layer : decoded) {
    for (const auto weight : layer.weights) BOOST_REQUIRE(weight == values[at++]);
    for (const auto bias : layer.biases) BOOST_REQUIRE(bias == values[at++]);
  }
  BOOST_TEST(at == layout.parameters);
}

BOOST_AUTO_TEST_CASE(the_gradient_is_that_of_finite_differences) {
  const Samples samples{.features = 3,
                        .inputs = {1, -2, 3, 2, 1, -1, -3, 1, 1, 2, 2, 2},
                        .labels = {0, 1, 1, 0},
                        .first = 0,
                        .global_size = 4};
  const std::vector<double> values{1, -3, 5, 7, 1, -5, 1, -1, 3, -1, 1};
  QatConfig config;
  config.loss = GradientLoss::own;
  config.output_margin = 3;
  for (const Loss own : {Loss::hinge, Loss::squared_hinge, Loss::squared, Loss::logistic}) {
    auto architecture = linear_architecture();
    architecture.loss = own;
    const auto layout = make_layout(architecture);
    const auto loss = make_loss(architecture, config);
    BatchPass pass(architecture, layout, 1.0);
    std::vector<std::int64_t> gradient(layout.parameters);
    pass.forward(values, samples, std::vector<std::uint32_t>{0, 1, 2, 3});
    pass.backward(values, loss, samples.labels, gradient);
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto up = values, down = values;
      up[i] += 1e-4;
      down[i] -= 1e-4;
      const double difference = (real_loss(up, loss, samples) - real_loss(down, loss, samples)) / 2e-4;
      // Signals shrink by a power of two on their way to the hidden layer: sqrt(1) * rms of 2 bits is sqrt(5), so by 2.
      BOOST_TEST(static_cast<double>(gradient[i]) * (i < 8 ? 2 : 1) == difference, boost::test_tools::tolerance(1e-4));
    }
  }
}

// Whatever the gradient comes from, the objective is the loss that the other methods minimise.
BOOST_AUTO_TEST_CASE(the_objective_is_the_networks_own_loss) {
  for (const Loss own : {Loss::hinge, Loss::squared_hinge, Loss::squared, Loss::logistic})
    for (const GradientLoss loss : {GradientLoss::own, GradientLoss::cross_entropy}) {
      auto architecture = toy_architecture("2bit", "4bit");
      architecture.loss = own;
      const auto run = solve_toy(Grid{}, loss, architecture);
      const int margin = static_cast<int>(std::lround(QatConfig{}.output_margin * architecture.layers.back().rms));
      const auto spline = make_loss_spline(architecture, margin, output_limit(architecture));
      const Samples samples = toy_samples(toy_size, 0, 1);
      const auto values = decode(architecture, run.end.network);
      std::int64_t sum = 0;
      for (std::size_t s = 0; s < samples.size(); ++s)
        sum += spline.at(target_sign(1, 0, samples.labels[s]) * forward(architecture, values, samples.row(s))[0]);
      BOOST_TEST(run.end.objective == spline.unit * static_cast<double>(sum), boost::test_tools::tolerance(1e-12));
      BOOST_TEST(run.end.history.back().train_accuracy > 0.97);
    }
}

BOOST_AUTO_TEST_CASE(the_surrogate_of_sign_is_a_window) {
  const auto layer = toy_architecture("1bit", "4bit").layers[0];
  const Surrogate surrogate(layer, 1.0);
  const double rms = layer.rms;
  BOOST_TEST(surrogate.value(-1) == -1);
  BOOST_TEST(surrogate.value(0) == 1);
  BOOST_TEST(surrogate.value(-1e6) == -1);
  BOOST_TEST(surrogate.slope(std::floor(-0.9 * rms)) == 1);
  BOOST_TEST(surrogate.slope(std::ceil(1.2 * rms)) == 0);
  BOOST_TEST(surrogate.slope(1e6) == 0);
}

BOOST_AUTO_TEST_CASE(batches_of_all_shards_hold_every_sample_once_and_do_not_depend_on_the_sharding) {
  constexpr std::size_t samples = 103;
  std::vector<std::set<std::size_t>> whole;
  for (const std::size_t shards : {1U, 3U}) {
    std::vector<std::set<std::size_t>> seen;
    for (std::size_t shard = 0; shard < shards; ++shard) {
      const auto part = toy_samples(samples, shard, shards);
      const Batches batches(part, 10, 7, 2);
      seen.resize(batches.count());
      for (std::size_t b = 0; b < batches.count(); ++b)
        for (const auto row : batches.rows(b)) BOOST_TEST(seen[b].insert(part.first + row).second);
    }
    if (whole.empty()) whole = seen;
    BOOST_TEST((seen == whole));
  }
  std::size_t total = 0;
  for (const auto& batch : whole) total += batch.size();
  BOOST_TEST(total == samples);
}

BOOST_AUTO_TEST_CASE(the_gradient_of_shards_sums_to_that_of_the_whole) {
  const auto architecture = toy_architecture("2bit", "4bit");
  const auto layout = make_layout(architecture);
  const auto loss = make_loss(architecture, QatConfig{});
  std::vector<double> values(layout.parameters);
  round_latents(layout, initial_latents(layout, 1.0, 5), values);
  std::vector<std::vector<std::int64_t>> sums;
  for (const std::size_t shards : {1U, 4U}) {
    sums.emplace_back(layout.parameters);
    for (std::size_t shard = 0; shard < shards; ++shard) {
      const auto part = toy_samples(90, shard, shards);
      std::vector<std::uint32_t> rows(part.size());
      std::iota(rows.begin(), rows.end(), 0U);
      BatchPass pass(architecture, layout, 1.0);
      pass.forward(values, part, rows);
      pass.backward(values, loss, part.labels, sums.back());
    }
  }
  BOOST_TEST(sums[0] == sums[1], boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_separable_problem_is_learned_with_every_loss_and_codebook) {
  for (const GradientLoss loss : {GradientLoss::own, GradientLoss::cross_entropy})
    for (const char* weights : {"1bit", "ternary", "4bit"}) {
      const auto outcome = solve_toy(Grid{}, loss, toy_architecture(weights, "4bit"));
      BOOST_TEST(outcome.end.history.back().train_accuracy > 0.97);
      const auto evaluation =
          evaluate(outcome.architecture, outcome.end.network, toy_samples(toy_size, 0, 1), Communicator{});
      BOOST_TEST(evaluation.accuracy() == outcome.end.history.back().train_accuracy);
    }
}

/// Latents next to a network are rounded to it, whatever the codebooks.
BOOST_AUTO_TEST_CASE(latents_at_a_network_give_it_back) {
  for (const char* weights : {"1bit", "2bit", "ternary", "5bit"})
    for (const char* bias : {"1bit", "3bit", "ternary", "8bit"}) {
      Architecture architecture = linear_architecture();
      architecture.layers[0].weights = make_codebook(weights);
      architecture.layers[0].bias = make_codebook(bias);
      architecture.layers[0].bias_unit = 3;
      const Layout layout = make_layout(architecture);
      const NetworkBits network = random_bits(architecture, 11);
      std::vector<double> latents = initial_latents(layout, 0.1, 4);
      start_at_network(architecture, layout, network, latents);
      const NetworkValues found = decode(architecture, to_bits(architecture, layout, latents)),
                          expected = decode(architecture, network);
      for (std::size_t l = 0; l < found.size(); ++l) {
        BOOST_TEST(found[l].weights == expected[l].weights, boost::test_tools::per_element());
        BOOST_TEST(found[l].biases == expected[l].biases, boost::test_tools::per_element());
      }
    }
}

BOOST_AUTO_TEST_SUITE_END()
