#include "ising/anneal/annealing.hpp"
#include "ising/anneal/choose_chains.hpp"
#include "namespaces.hpp"
#include "plain_annealing.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

/// The kernels draw from the distributions that they claim: each is compared with exact Boltzmann averages and with
/// annealing as a textbook has it.
namespace isinglass::testing {

BOOST_AUTO_TEST_SUITE(ising_anneal_statistics)
namespace {

/// A form of problems, and the kernel that it is meant for.
struct Kernel {
  std::string name;
  ChainKind kind;
  int density_percent;
  double largest;  ///< of the coefficients
  bool is_whole, is_binary;
  double field = 0;  ///< added to that of the last spin, which it freezes
};

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> list{{"8-bit lanes", ChainKind::lanes8, 40, 3, true, false},
                                        {"16-bit lanes", ChainKind::lanes16, 40, 900, true, false},
                                        {"32-bit lanes", ChainKind::lanes32, 40, 90000, true, false},
                                        {"sparse, real", ChainKind::lanes32, 40, 1, false, false},
                                        {"sparse, wide range", ChainKind::sparse_real, 40, 1, false, false, 1e9},
                                        {"dense, +-1", ChainKind::dense16, 100, 1, true, true},
                                        {"dense, whole", ChainKind::dense16, 100, 3, true, false},
                                        {"dense, large fields", ChainKind::dense32, 100, 100, true, false, 40000},
                                        {"dense, real", ChainKind::dense_real, 100, 1, false, false}};
  return list;
}

double coefficient(Words& words, const Kernel& kernel) {
  if (kernel.is_binary) return words.between(0, 1) == 0 ? -1 : 1;
  const double v = kernel.largest * (2 * uniform(words.next()) - 1);
  return kernel.is_whole ? std::round(v) : v;
}

IsingProblem problem_for(const Kernel& kernel, Words& words, std::size_t spins) {
  std::vector<Coupling> pairs;
  for (std::size_t i = 0; i < spins; ++i)
    for (std::size_t k = i + 1; k < spins; ++k)
      if (words.between(1, 100) <= kernel.density_percent)
        pairs.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(k), coefficient(words, kernel)});
  IsingProblem problem{spins, sparse_couplings(spins, pairs), std::vector<double>(spins), 0.5};
  for (double& h : problem.fields) h = coefficient(words, kernel);
  problem.fields.back() += kernel.field;
  if (kernel.density_percent == 100) problem.couplings = to_dense(problem);
  return problem;
}

std::size_t code_of(const Spins& spins) {
  std::size_t code = 0;
  for (std::size_t i = 0; i < spins.size(); ++i) code |= static_cast<std::size_t>(spins[i] > 0) << i;
  return code;
}

std::vector<double> energies_of_states(const IsingProblem& problem) {
  std::vector<double> energies(std::size_t{1} << problem.spins);
  for (std::size_t code = 0; code < energies.size(); ++code) {
    Spins spins(problem.spins);
    for (std::size_t i = 0; i < spins.size(); ++i) spins[i] = (code >> i & 1U) != 0 ? std::int8_t{1} : std::int8_t{-1};
    energies[code] = ising::energy(problem, spins);
  }
  return energies;
}

/// exp(-E / T) / Z of all states.
std::vector<double> boltzmann(const IsingProblem& problem, double temperature) {
  std::vector<double> weights = energies_of_states(problem);
  const double least = *std::ranges::min_element(weights);
  double sum = 0;
  for (double& w : weights) sum += w = std::exp((least - w) / temperature);
  for (double& w : weights) w /= sum;
  return weights;
}

/// How often each state occurs in sweeps at one temperature: [runs][states]. A run is one lane of one chunk.
std::vector<std::vector<double>> occurrences(Chains& chains, const IsingProblem& problem, double temperature,
                                             std::size_t runs, int sweeps) {
  std::vector<std::vector<double>> counts(runs, std::vector<double>(std::size_t{1} << problem.spins));
  for (std::size_t first = 0; first < runs; first += chains.lanes()) {
    chains.begin(1, first / chains.lanes(), {});
    chains.set_temperature(temperature);
    for (int t = 0; t < sweeps + 20; ++t) {
      (void)chains.sweep(0, problem.spins);
      if (t < 20) continue;  // from the random start to equilibrium
      for (std::size_t l = 0; l < chains.lanes(); ++l) counts[first + l][code_of(chains.state(l))] += 1.0 / sweeps;
    }
  }
  return counts;
}

BOOST_AUTO_TEST_CASE(states_occur_as_boltzmann_says) {
  constexpr std::size_t spins = 5, runs = 64;
  for (const Kernel& kernel : kernels()) {
    Words words(21);
    const IsingProblem problem = problem_for(kernel, words, spins);
    ChosenChains chosen(problem, simd::cpu_width());
    const double temperature = 1.5 * kernel.largest;
    const std::vector<double> exact = boltzmann(problem, temperature);
    const auto counts = occurrences(chosen.chains(), problem, temperature, runs, 2000);
    BOOST_TEST_CONTEXT(kernel.name) {
      BOOST_TEST((chosen.choice().kind == kernel.kind));
      for (std::size_t code = 0; code < exact.size(); ++code) {
        std::vector<double> of_runs;
        for (const auto& run : counts) of_runs.push_back(run[code]);
        const Mean mean = mean_of(of_runs);
        BOOST_TEST(std::abs(mean.value - exact[code]) < 5 * mean.error + 1e-5);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(mean_energies_are_exact_at_several_temperatures) {
  constexpr std::size_t spins = 9, runs = 64;
  for (const Kernel& kernel : kernels()) {
    Words words(22);
    const IsingProblem problem = problem_for(kernel, words, spins);
    ChosenChains chosen(problem, simd::cpu_width());
    for (const double temperature : {1.5 * kernel.largest, 4 * kernel.largest}) {
      const std::vector<double> weights = boltzmann(problem, temperature), energies = energies_of_states(problem);
      double exact = 0;
      for (std::size_t code = 0; code < weights.size(); ++code) exact += weights[code] * energies[code];
      std::vector<double> means;
      for (const auto& run : occurrences(chosen.chains(), problem, temperature, runs, 1000)) {
        double sum = 0;
        for (std::size_t code = 0; code < run.size(); ++code) sum += run[code] * energies[code];
        means.push_back(sum);
      }
      const Mean mean = mean_of(means);
      BOOST_TEST_CONTEXT(kernel.name << ", T = " << temperature) {
        BOOST_TEST(std::abs(mean.value - exact) < 5 * mean.error);
        BOOST_TEST(mean.error < 0.02 * std::abs(exact));  // the check above can fail
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(annealing_ends_as_low_as_plain_annealing) {
  constexpr std::size_t spins = 100;
  constexpr int reads = 384, sweeps = 30;
  for (const Kernel& kernel : kernels()) {
    Words words(23);
    const IsingProblem problem = problem_for(kernel, words, spins);
    SaConfig config;
    const double scale = kernel.largest * std::sqrt(0.4 * spins);
    config.hot_temperature = scale;
    config.cold_temperature = scale / 10;
    ReadRequest request;
    request.count = reads;
    request.sweeps = sweeps;
    std::vector<double> fast, plain;
    for (const Read& read : SimulatedAnnealing(config).program(problem)->read(request).reads)
      fast.push_back(read.energy);
    for (int r = 0; r < reads; ++r) {
      PlainAnnealing reference(problem, static_cast<std::uint64_t>(1000 + r));
      for (int t = 0; t < sweeps; ++t) reference.sweep(scale * std::pow(0.1, static_cast<double>(t) / (sweeps - 1)));
      plain.push_back(reference.finished());
    }
    const Mean a = mean_of(fast), b = mean_of(plain);
    BOOST_TEST_MESSAGE(kernel.name << ": " << a.value << " +- " << a.error << ", plain " << b.value << " +- "
                                   << b.error);
    BOOST_TEST_CONTEXT(kernel.name) BOOST_TEST(std::abs(a.value - b.value) < 4.5 * std::hypot(a.error, b.error));
  }
}

}  // namespace
BOOST_AUTO_TEST_SUITE_END()

}  // namespace isinglass::testing
