// How many samples and reads are enough.
#include "bounds/qcgd_bound.hpp"
#include "bounds/sample_complexity.hpp"
#include "namespaces.hpp"
#include "network/forward.hpp"

#include "random_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

BOOST_AUTO_TEST_SUITE(bounds_samples)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// Whether each network of the codebooks is right on each sample: [network][sample].
std::vector<std::vector<bool>> all_answers(const Architecture& architecture, const Samples& samples) {
  NetworkBits bits = random_bits(architecture, 1);
  std::size_t count = 0;
  for (const LayerBits& layer : bits) count += layer.weights.size() + layer.biases.size();
  std::vector<std::vector<bool>> answers;
  for (std::size_t network = 0; network < (std::size_t{1} << count); ++network) {
    std::size_t rest = network;
    for (LayerBits& layer : bits)
      for (auto* part : {&layer.weights, &layer.biases})
        for (std::uint8_t& bit : *part) {
          bit = rest & 1U;
          rest >>= 1U;
        }
    const NetworkValues values = decode(architecture, bits);
    std::vector<bool> right;
    for (std::size_t s = 0; s < samples.size(); ++s)
      right.push_back(predicted_class(forward(architecture, values, samples.row(s))) == samples.labels[s]);
    answers.push_back(std::move(right));
  }
  return answers;
}

Architecture tiny_network(const Samples& samples, const std::string& bits, int classes) {
  NetworkConfig config;
  config.hidden[0].units = 2;
  config.hidden[0].weights = config.hidden[0].bias = bits;
  config.output.weights = config.output.bias = "1bit";
  return build_network(config, {samples.features, classes, input_rms(samples), 0}).architecture;
}

}  // namespace

// (11) and (12): samples drawn from a population of 400, all networks enumerated.
BOOST_AUTO_TEST_CASE(as_many_samples_as_the_finite_class_asks_for_are_enough) {
  constexpr double error = 0.1, failure = 0.2;
  Words words(21);
  const Samples population = random_samples(words, 400, 3, 2, 9);
  const Architecture architecture = tiny_network(population, "1bit", 2);
  const double size = log_class_size(architecture);
  const auto answers = all_answers(architecture, population);
  BOOST_TEST(std::exp(size) == static_cast<double>(answers.size()), boost::test_tools::tolerance(1e-9));
  const auto count = static_cast<std::size_t>(samples_finite_class(size, error, failure));
  const auto realizable = static_cast<std::size_t>(samples_realizable(size, error, failure));
  std::vector<double> truth;
  for (const auto& right : answers)
    truth.push_back(1 - static_cast<double>(std::count(right.begin(), right.end(), true)) / 400);
  constexpr int trials = 30;
  int failures = 0, realizable_failures = 0;
  double widest = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<std::size_t> drawn(count);
    for (std::size_t& s : drawn) s = below(words.next(), 400);
    double deviation = 0;
    bool clean_but_bad = false;
    for (std::size_t network = 0; network < answers.size(); ++network) {
      std::size_t wrong = 0, early_wrong = 0;
      for (std::size_t i = 0; i < count; ++i) {
        wrong += answers[network][drawn[i]] ? 0 : 1;
        early_wrong += i < realizable && !answers[network][drawn[i]] ? 1 : 0;
      }
      deviation =
          std::max(deviation, std::abs(static_cast<double>(wrong) / static_cast<double>(count) - truth[network]));
      clean_but_bad = clean_but_bad || (early_wrong == 0 && truth[network] > error);
    }
    failures += deviation > error ? 1 : 0;
    realizable_failures += clean_but_bad ? 1 : 0;
    widest = std::max(widest, deviation);
  }
  BOOST_TEST_MESSAGE(count << " samples: largest deviation " << widest << " of " << error);
  BOOST_TEST(realizable < count);
  BOOST_TEST(failures <= failure * trials);
  BOOST_TEST(realizable_failures <= failure * trials);
  BOOST_TEST(widest > 0.3 * error);  // not vacuous: the deviation is of the size that was asked for
}

// (13) and (14): ways to be right or wrong on few samples, over all networks.
BOOST_AUTO_TEST_CASE(networks_answer_in_fewer_ways_than_the_growth_function_says) {
  for (const int classes : {2, 3}) {
    Words words(31);
    const Samples samples = random_samples(words, 40, 2, classes, 15);
    const Architecture architecture = tiny_network(samples, classes == 2 ? "2bit" : "1bit", classes);
    const auto answers = all_answers(architecture, samples);
    const ThresholdCounts counts = count_thresholds(architecture);
    BOOST_TEST(counts.thresholds == (classes == 2 ? 2 + 1 : 2 + 3));
    const double bound = vc_dimension_bound(counts, log_class_size(architecture));
    for (const std::size_t used : {5U, 15U, 25U, 40U}) {
      std::set<std::vector<bool>> ways;
      for (const auto& right : answers) ways.insert({right.begin(), right.begin() + static_cast<std::ptrdiff_t>(used)});
      BOOST_TEST(std::log(ways.size()) <= log_growth(counts, static_cast<double>(used)));
      BOOST_TEST(std::log2(ways.size()) <= bound * std::log2(static_cast<double>(used) + 1));  // Sauer: <= (N + 1)^d
    }
  }
}

// A single threshold on a line has W = 2 parameters and N + 1 or fewer labellings of each sign: the formula is that of
// half-spaces.
BOOST_AUTO_TEST_CASE(growth_function_of_a_half_space) {
  const ThresholdCounts half_space{2, 1};
  BOOST_TEST(vc_dimension_bound(half_space, 1e9) == 2);
  for (const double samples : {2.0, 10.0, 1000.0}) BOOST_TEST(log_growth(half_space, samples) >= std::log(2 * samples));
  BOOST_TEST(log_growth(half_space, 1) == std::log(2.0));
}

BOOST_AUTO_TEST_CASE(samples_of_the_growth_function_are_the_least) {
  for (const ThresholdCounts& counts :
       {ThresholdCounts{3, 2}, ThresholdCounts{3169, 17}, ThresholdCounts{13000, 500}}) {
    for (const double error : {0.5, 0.05}) {
      const double samples = samples_vc(counts, error, 0.05);
      const auto failure = [&](double n) { return std::log(4.0) + log_growth(counts, 2 * n) - error * error * n / 8; };
      BOOST_TEST(failure(samples) <= std::log(0.05) + 1e-6);
      BOOST_TEST(failure(samples - 2) > std::log(0.05) - 1e-6);
    }
  }
}

// (29) to (31) against drawn reads.
BOOST_AUTO_TEST_CASE(as_many_reads_as_asked_for_succeed_as_often_as_said) {
  Words words(41);
  for (const double success : {0.05, 0.3, 0.9}) {
    constexpr int calls = 20, runs = 3000;
    constexpr double failure = 0.1;
    const double reads = reads_per_call(success, calls, failure), promised = run_success(success, calls, reads);
    BOOST_TEST(promised >= 1 - failure);
    BOOST_TEST((reads == 1 || run_success(success, calls, reads - 1) < 1 - 0.9 * failure));  // not more than are needed
    int good = 0;
    for (int run = 0; run < runs; ++run) {
      bool all = true;
      for (int call = 0; call < calls; ++call) {
        bool one = false;
        for (int read = 0; read < static_cast<int>(reads); ++read) one = uniform(words.next()) < success || one;
        all = all && one;
      }
      good += all ? 1 : 0;
    }
    const double deviation = std::sqrt(promised * (1 - promised) / runs);
    BOOST_TEST(std::abs(static_cast<double>(good) / runs - promised) <= 4 * deviation);
  }
}

BOOST_AUTO_TEST_CASE(time_to_solution_is_enough_in_99_of_100) {
  BOOST_TEST(tts99(7, 0.99) == 7);
  BOOST_TEST(tts99(7, 1) == 7);
  BOOST_TEST(std::isinf(tts99(7, 0)));
  BOOST_TEST(reads_per_call(1, 40, 0.05) == 1);
  BOOST_TEST(run_success(1, 40, 1) == 1);
  Words words(43);
  for (const double success : {0.02, 0.3, 0.8}) {
    constexpr int trials = 20000;
    const double runs = std::ceil(tts99(1, success));
    int solved = 0;
    for (int trial = 0; trial < trials; ++trial) {
      bool one = false;
      for (int run = 0; run < static_cast<int>(runs) && !one; ++run) one = uniform(words.next()) < success;
      solved += one ? 1 : 0;
    }
    BOOST_TEST(static_cast<double>(solved) / trials >= 0.99 - 4 * std::sqrt(0.01 * 0.99 / trials));
    BOOST_TEST(1 - std::pow(1 - success, runs - 1) < 0.99);  // one run less is not enough
  }
}

BOOST_AUTO_TEST_SUITE_END()
