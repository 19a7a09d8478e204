#include "ising/anneal/annealing.hpp"
#include "namespaces.hpp"

#include "base/error.hpp"
#include "ising/anneal/choose_chains.hpp"
#include "ising/anneal/thresholds.hpp"
#include "ising/machines.hpp"
#include "machine_checks.hpp"
#include "simd/rows.hpp"

#include <chrono>
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace isinglass::testing {

BOOST_AUTO_TEST_SUITE(ising_anneal)
namespace {

/// The same problem with its couplings in the form of a full matrix.
IsingProblem as_dense(IsingProblem problem) {
  problem.couplings = to_dense(problem);
  return problem;
}

void same_reads(const ReadSet& a, const ReadSet& b) {
  BOOST_REQUIRE(a.reads.size() == b.reads.size());
  for (std::size_t r = 0; r < a.reads.size(); ++r) {
    BOOST_TEST(a.reads[r].index == b.reads[r].index);
    BOOST_TEST(a.reads[r].spins == b.reads[r].spins);
    BOOST_TEST(a.reads[r].energy == b.reads[r].energy);
  }
}

BOOST_AUTO_TEST_CASE(the_kind_is_known) {
  MachineConfig config;
  config.kind = MachineKind::sa;
  BOOST_TEST(make_machine(config)->name() == "sa");
}

BOOST_AUTO_TEST_CASE(agrees_with_enumeration_on_random_problems) {
  agrees_with_enumeration(SimulatedAnnealing(SaConfig{}), 500, 64, 60);
}

BOOST_AUTO_TEST_CASE(reads_depend_on_their_index) {
  Words words(11);
  for (const auto kind : {Coefficients::plus_minus_one, Coefficients::small_integers, Coefficients::real}) {
    const IsingProblem problem = random_ising(words, 70, 20, kind);
    reads_depend_on_their_index_alone(SimulatedAnnealing(SaConfig{}), problem, 20);
    reads_depend_on_their_index_alone(SimulatedAnnealing(SaConfig{}), as_dense(problem), 20);
  }
}

BOOST_AUTO_TEST_CASE(every_width_of_vectors_gives_the_same_bits) {
  Words words(12);
  for (int p = 0; p < 12; ++p) {
    const auto kind = static_cast<Coefficients>(p % 3);
    IsingProblem problem = random_ising(words, 150, words.one_of<int>({5, 30, 100}), kind);
    if (p >= 6) problem = as_dense(problem);
    ReadRequest request;
    request.count = 64;
    request.sweeps = 30;
    const ReadSet plain = SimulatedAnnealing(SaConfig{}, {}, simd::Width::plain).program(problem)->read(request);
    for (const simd::Width width : simd::cpu_widths())
      same_reads(SimulatedAnnealing(SaConfig{}, {}, width).program(problem)->read(request), plain);
  }
}

BOOST_AUTO_TEST_CASE(thresholds_of_every_width_are_those_of_the_plain_one) {
  ThresholdPool pool;
  (void)pool.shuffle(3, 5);
  for (const double temperature : {0.0, 1e-4, 0.3, 7.0, 1e3, 1e8}) {
    std::vector<std::int8_t> bytes(ThresholdPool::padded), plain_bytes = bytes;
    std::vector<std::int16_t> halves(ThresholdPool::padded), plain_halves = halves;
    std::vector<std::int32_t> words(ThresholdPool::padded), plain_words = words;
    pool.scale(temperature, plain_bytes, simd::Width::plain);
    pool.scale(temperature, plain_halves, simd::Width::plain);
    pool.scale(temperature, plain_words, simd::Width::plain);
    for (const simd::Width width : simd::cpu_widths()) {
      pool.scale(temperature, bytes, width);
      pool.scale(temperature, halves, width);
      pool.scale(temperature, words, width);
      BOOST_TEST((bytes == plain_bytes && halves == plain_halves && words == plain_words));
    }
  }
}

template <class Real>
void check_rows_of_every_width(Words& random) {
  const auto n = static_cast<std::size_t>(random.between(1, 100));
  std::vector<Real> field, row, other;
  for (std::vector<Real>* values : {&field, &row, &other})
    for (std::size_t i = 0; i < n; ++i) values->push_back(static_cast<Real>(random.between(-999, 999)) / 7);
  for (const simd::Width width : simd::cpu_widths()) {
    std::vector<Real> added = field, subtracted = field, scaled = field, exchanged = field;
    simd::run<simd::add_row<Real>>(width, added.data(), row.data(), n);
    simd::run<simd::subtract_row<Real>>(width, subtracted.data(), row.data(), n);
    simd::run<simd::add_scaled_row<Real>>(width, scaled.data(), row.data(), Real{3} / 7, n);
    simd::run<simd::exchange_rows<Real>>(width, exchanged.data(), row.data(), other.data(), n);
    int below = 0;
    for (std::size_t i = 0; i < n; ++i) {
      BOOST_TEST(added[i] == field[i] + row[i]);
      BOOST_TEST(subtracted[i] == field[i] - row[i]);
      BOOST_TEST(scaled[i] == field[i] + Real{3} / 7 * row[i]);
      BOOST_TEST(exchanged[i] == field[i] + (row[i] - other[i]));
      below += field[i] < 1 ? 1 : 0;
    }
    BOOST_TEST(simd::run<simd::count_below<Real>>(width, field.data(), n, Real{1}) == below);
  }
}

BOOST_AUTO_TEST_CASE(rows_of_every_width_equal_their_definitions) {
  Words words(21);
  for (int round = 0; round < 50; ++round) {
    check_rows_of_every_width<float>(words);
    check_rows_of_every_width<double>(words);
  }
}

BOOST_AUTO_TEST_CASE(new_fields_and_couplings_equal_a_fresh_program) {
  Words words(13);
  for (int p = 0; p < 12; ++p) {
    const auto kind = static_cast<Coefficients>(p % 3);
    IsingProblem problem = random_ising(words, 40, 40, kind);
    const bool dense = p >= 6;
    const auto form = [&] { return dense ? as_dense(problem) : problem; };
    const auto programmed = SimulatedAnnealing(SaConfig{}).program(form());
    ReadRequest request;
    request.count = 3;
    request.sweeps = 10;
    (void)programmed->read(request);
    for (int step = 0; step < 4; ++step) {
      // The last two leave the kernel's range or unit.
      for (double& h : problem.fields) h = step < 2 ? words.between(-5, 5) : step * 1000.25 + words.between(0, 3);
      programmed->set_fields(problem.fields);
      same_reads(programmed->read(request), SimulatedAnnealing(SaConfig{}).program(form())->read(request));
    }
    if (dense) continue;
    const std::span<double> values = std::get<SparseCouplings>(problem.couplings).values();
    for (double& v : values) v *= 2;
    programmed->set_couplings(values);
    same_reads(programmed->read(request), SimulatedAnnealing(SaConfig{}).program(problem)->read(request));
  }
}

BOOST_AUTO_TEST_CASE(any_part_of_a_block_can_be_read) {
  Words words(14);
  const IsingProblem problem = random_ising(words, 60, 20, Coefficients::plus_minus_one);
  const auto programmed = SimulatedAnnealing(SaConfig{}).program(problem);
  ReadRequest request;
  request.count = 130;
  request.sweeps = 10;
  const ReadSet all = programmed->read(request);
  request.first = 61;
  request.count = 7;
  const ReadSet part = programmed->read(request);
  BOOST_REQUIRE(part.reads.size() == 7U);
  for (std::size_t r = 0; r < 7; ++r) {
    BOOST_TEST(part.reads[r].index == static_cast<std::int64_t>(61 + r));
    BOOST_TEST(part.reads[r].spins == all.reads[61 + r].spins);
  }
  BOOST_TEST(part.spin_updates >= 7 * 60 * 10);
  BOOST_TEST(part.field_evaluations == part.spin_updates / 60);
}

BOOST_AUTO_TEST_CASE(other_seeds_give_other_reads) {
  Words words(15);
  const IsingProblem problem = random_ising(words, 100, 10, Coefficients::real);
  const auto programmed = SimulatedAnnealing(SaConfig{}).program(problem);
  ReadRequest request;
  request.count = 2;
  request.sweeps = 5;
  const ReadSet one = programmed->read(request);
  request.seed = 2;
  BOOST_TEST(one.reads[0].spins != programmed->read(request).reads[0].spins);
  BOOST_TEST(one.reads[0].spins != one.reads[1].spins);
}

BOOST_AUTO_TEST_CASE(a_warm_start_is_where_reads_begin) {
  Words words(16);
  for (int p = 0; p < 8; ++p) {
    IsingProblem problem = random_ising(words, 200, p < 4 ? 5 : 100, static_cast<Coefficients>(p % 2));
    if (p % 4 > 1) problem = as_dense(problem);
    ReadRequest request;
    request.sweeps = 300;
    const Read good = *SimulatedAnnealing(SaConfig{}).program(problem)->read(request).best();
    SaConfig cold;  // nothing but descent happens at this temperature
    cold.hot_temperature = cold.cold_temperature = 1e-6;
    request.warm_start = good.spins;
    request.sweeps = 2;
    request.count = 3;
    const ReadSet set = SimulatedAnnealing(cold).program(problem)->read(request);
    for (const Read& read : set.reads) {
      BOOST_TEST(read.energy <= good.energy + 1e-9);
      BOOST_TEST(read.history.front().energy == good.energy, boost::test_tools::tolerance(1e-9));
    }
  }
  ReadRequest request;
  const Spins wrong(3, 1);
  request.warm_start = wrong;
  const IsingProblem problem = random_ising(words, 4, 50, Coefficients::real);
  BOOST_CHECK_THROW((void)SimulatedAnnealing(SaConfig{}).program(problem)->read(request), InputError);
}

BOOST_AUTO_TEST_CASE(histories_fall_to_the_read_s_energy) {
  Words words(17);
  const IsingProblem problem = random_ising(words, 80, 30, Coefficients::small_integers);
  ReadRequest request;
  request.count = 64;
  request.sweeps = 50;
  const ReadSet set = SimulatedAnnealing(SaConfig{}).program(problem)->read(request);
  for (const Read& read : set.reads) {
    BOOST_REQUIRE(!read.history.empty());
    for (std::size_t k = 1; k < read.history.size(); ++k) {
      BOOST_TEST(read.history[k].energy < read.history[k - 1].energy);
      BOOST_TEST(read.history[k].seconds >= read.history[k - 1].seconds);
    }
    BOOST_TEST(read.history.back().energy == read.energy);
    BOOST_TEST(std::abs(read.energy - ising::energy(problem, read.spins)) < 1e-9);
    const std::vector<double> fields = local_fields(problem, read.spins);  // no single flip lowers the energy
    for (std::size_t i = 0; i < fields.size(); ++i) BOOST_TEST(read.spins[i] * fields[i] <= 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(a_target_ends_the_request) {
  Words words(18);
  const IsingProblem problem = random_ising(words, 100, 10, Coefficients::plus_minus_one);
  ReadRequest request;
  request.count = 128;
  request.sweeps = 2000;
  request.target = 0.7 * SimulatedAnnealing(SaConfig{}).program(problem)->read(request).best()->energy;
  const ReadSet set = SimulatedAnnealing(SaConfig{}).program(problem)->read(request);
  BOOST_TEST(set.was_cut);
  BOOST_TEST(set.best()->energy <= *request.target);
  BOOST_TEST(set.reads.size() == 64U);  // the block that found it, finished by descent
  BOOST_TEST(set.spin_updates < 64 * 100 * 1000);
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_the_request) {
  Words words(19);
  for (const auto kind : {Coefficients::plus_minus_one, Coefficients::real}) {
    const IsingProblem problem = random_ising(words, 300, 10, kind);
    const auto programmed = SimulatedAnnealing(SaConfig{}).program(problem);
    ReadRequest request;
    request.count = 1 << 20;
    request.sweeps = 1 << 20;
    request.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    const ReadSet set = programmed->read(request);
    BOOST_TEST(set.was_cut);
    BOOST_TEST(!set.reads.empty());
    BOOST_TEST(set.reads.size() <= 64U);
    check_reads(problem, set, false);
    request.deadline.reset();
    int polls = 0;
    request.stop_is_asked = [&polls] { return ++polls == 3; };
    BOOST_TEST(programmed->read(request).was_cut);
    BOOST_TEST(polls == 3);
  }
}

/// A hub with `leaves` neighbours: its field reaches the sum of all couplings.
IsingProblem star(int leaves, double coupling, double field) {
  std::vector<Coupling> pairs;
  for (int k = 1; k <= leaves; ++k) pairs.push_back({0, k, coupling});
  IsingProblem problem;
  problem.spins = static_cast<std::size_t>(leaves) + 1;
  problem.couplings = sparse_couplings(problem.spins, pairs);
  problem.fields.assign(problem.spins, 0);
  problem.fields[0] = field;
  return problem;
}

BOOST_AUTO_TEST_CASE(fields_at_the_end_of_their_range_are_exact) {
  struct Case {
    int leaves;
    double coupling, field;
    ChainKind kind;
  };
  for (const Case& c : {Case{126, 1, 1, ChainKind::lanes8}, Case{127, 1, 1, ChainKind::lanes16},
                        Case{1, 126, 1, ChainKind::lanes8}, Case{1, 32766, 1, ChainKind::lanes16},
                        Case{1, 32767, 1, ChainKind::lanes32}, Case{126, -0.25, 0.25, ChainKind::lanes8}}) {
    const IsingProblem problem = star(c.leaves, c.coupling, c.field);
    BOOST_TEST((ChosenChains(problem, simd::cpu_width()).choice().kind == c.kind));
    ReadRequest request;
    request.count = 64;
    request.sweeps = 50;
    const ReadSet set = SimulatedAnnealing(SaConfig{}).program(problem)->read(request);
    check_reads(problem, set, false);
    BOOST_TEST(set.best()->energy == -std::abs(c.coupling) * c.leaves - c.field);
  }
}

BOOST_AUTO_TEST_CASE(small_whole_problems_run_in_lanes_and_large_or_real_ones_by_rows) {
  struct Case {
    std::size_t spins;
    double coupling;  ///< of the first pair; all others are 1
    ChainKind kind;
  };
  for (const Case& c :
       {Case{100, 1, ChainKind::lanes8}, Case{199, 1, ChainKind::lanes16}, Case{200, 1, ChainKind::dense16},
        Case{100, std::sqrt(2.0), ChainKind::dense_real}, Case{63, std::sqrt(2.0), ChainKind::lanes32}}) {
    std::vector<Coupling> pairs;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(c.spins); ++i)
      for (std::int32_t k = i + 1; k < static_cast<std::int32_t>(c.spins); ++k)
        pairs.push_back({i, k, pairs.empty() ? c.coupling : 1.0});
    IsingProblem problem{c.spins, sparse_couplings(c.spins, pairs), std::vector<double>(c.spins), 0};
    const auto kind = [](const IsingProblem& p) {
      return ChosenChains(in_suitable_form(p), simd::cpu_width()).choice().kind;
    };
    BOOST_TEST_CONTEXT(c.spins << " spins") {
      BOOST_TEST((kind(problem) == c.kind));
      problem.couplings = to_dense(problem);
      BOOST_TEST((kind(problem) == c.kind));
    }
  }
}

BOOST_AUTO_TEST_CASE(units_of_coefficients) {
  const auto unit = [](const std::vector<double>& couplings, const std::vector<double>& fields) {
    std::vector<Coupling> pairs;
    for (std::size_t k = 0; k < couplings.size(); ++k)
      pairs.push_back({0, static_cast<std::int32_t>(k) + 1, couplings[k]});
    std::vector<double> h(couplings.size() + 1);
    std::ranges::copy(fields, h.begin());
    return CoefficientUnits(IsingProblem{h.size(), sparse_couplings(h.size(), pairs), h}).unit(h);
  };
  BOOST_TEST(unit({0.5, -1.5, 3}, {}) == 0.5);
  BOOST_TEST(unit({4, -6}, {}) == 2);
  BOOST_TEST(unit({4, -6}, {3}) == 1);
  BOOST_TEST(unit({0.1, 0.3, -0.7}, {0.2}) == 0.1, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(unit({1, std::sqrt(2.0)}, {}) == 0);
  BOOST_TEST(unit({1, 2}, {std::sqrt(2.0)}) == 0);
  BOOST_TEST(unit({}, {}) == 1);
  BOOST_TEST(unit({}, {6}) == 6);
}

BOOST_AUTO_TEST_CASE(problems_without_couplings_or_spins) {
  IsingProblem problem;
  BOOST_TEST(SimulatedAnnealing(SaConfig{}).program(problem)->read({}).reads.size() == 1U);
  problem.spins = 3;
  problem.couplings = sparse_couplings(3, {});
  problem.fields = {1, -2, 0.3};
  BOOST_TEST(SimulatedAnnealing(SaConfig{}).program(problem)->read({}).best()->energy == -3.3,
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(factored_couplings_are_taken) {
  IsingProblem problem;
  problem.spins = 3;
  problem.couplings = FactoredCouplings{RowMatrix<float>{{1, 1, 1}, {1, -1, 1}}, Eigen::VectorXd{{1, 0.5}}};
  problem.fields = {0, 0, 0.1};
  ReadRequest request;
  request.count = 8;
  const double minimum = Enumeration().program(problem)->read({}).best()->energy;
  BOOST_TEST(SimulatedAnnealing(SaConfig{}).program(problem)->read(request).best()->energy == minimum,
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(groups_are_kept) {
  Words words(20);
  IsingProblem problem = random_ising(words, 12, 60, Coefficients::real);
  problem.groups = {{0, 1, 2, 3}, {5, 7, 9}};
  ReadRequest request;
  request.count = 8;
  const double minimum = Enumeration().program(problem)->read({}).best()->energy;
  const ReadSet set = SimulatedAnnealing(SaConfig{}).program(problem)->read(request);
  check_reads(problem, set, true);
  BOOST_TEST(set.best()->energy == minimum, boost::test_tools::tolerance(1e-9));
}

}  // namespace
BOOST_AUTO_TEST_SUITE_END()

}  // namespace isinglass::testing
