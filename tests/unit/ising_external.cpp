#include "base/error.hpp"
#include "ising/external/command.hpp"
#include "ising/external/external.hpp"
#include "ising/external/problem_text.hpp"
#include "ising/machines.hpp"
#include "ising/qubo.hpp"
#include "machine_checks.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <unistd.h>

BOOST_AUTO_TEST_SUITE(ising_external)

using namespace isinglass;
using namespace isinglass::testing;
using namespace isinglass::ising::external;
using testing::Coefficients;
using testing::Words;

namespace {

const std::string annealer =
    ISINGLASS_SCRIPTS "/external_annealer.py {problem} {spins} --reads {reads} --sweeps {sweeps} --seed {seed}";

IsingProblem small_problem(std::uint64_t seed, int spins = 8) {
  Words words(seed);
  return testing::random_ising(words, static_cast<std::size_t>(spins), 60, static_cast<Coefficients>(seed % 3));
}

ReadSet read(const IsingProblem& problem, const std::string& command, const ReadRequest& request, double seconds = 20,
             TextForm format = TextForm::ising) {
  MachineConfig config;
  config.kind = MachineKind::external;
  config.external.command = command;
  config.external.format = format;
  config.external.time_limit_seconds = seconds;
  return make_machine(config)->program(problem)->read(request);
}

/// Whether reading three spins fails with all of these words in the message.
bool fails_with(const std::string& command, const std::vector<std::string>& words, double seconds = 20) {
  try {
    ReadRequest request;
    request.count = 2;
    static_cast<void>(read(small_problem(1, 3), command, request, seconds));
  } catch (const InputError& error) {
    const std::string message = error.what();
    BOOST_TEST_MESSAGE(message);
    return std::ranges::all_of(words, [&](const std::string& w) { return message.find(w) != std::string::npos; });
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(texts_have_the_energies_of_the_problem) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const IsingProblem problem = small_problem(seed);
    for (const TextForm form : {TextForm::ising, TextForm::qubo}) {
      std::istringstream lines(problem_text(problem, form));
      double offset = 0;
      std::vector<BinaryTerm> terms;
      for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# offset=")) offset = std::stod(line.substr(9));
        if (line.starts_with("#")) continue;
        std::istringstream words(line);
        BinaryTerm t;
        BOOST_REQUIRE(words >> t.i >> t.j >> t.value);
        terms.push_back(t);
      }
      Words words(seed + 1000);
      const Spins s = testing::random_spins(words, problem.spins);
      double sum = offset;
      for (const BinaryTerm& t : terms) {
        const auto value = [&](std::int64_t i) {
          const std::int8_t spin = s[static_cast<std::size_t>(i)];
          return form == TextForm::ising ? spin : testing::binary_of(spin);
        };
        sum += t.value * value(t.i) * (t.i == t.j ? 1 : value(t.j));
      }
      BOOST_TEST(std::abs(sum - ising::energy(problem, s)) < 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_example_finds_minima_in_both_formats) {
  for (std::uint64_t seed = 0; seed < 3; ++seed)
    for (const TextForm format : all_values<TextForm>()) {
      const IsingProblem problem = small_problem(seed);
      ReadRequest request;
      request.count = 20;  // two calls
      const ReadSet set = read(problem, annealer, request, 60, format);
      BOOST_TEST(set.reads.size() == 20);
      testing::check_reads(problem, set, false);
      const double minimum = Enumeration().program(problem)->read({}).best()->energy;
      BOOST_TEST(std::abs(set.best()->energy - minimum) < 1e-9);
    }
}

BOOST_AUTO_TEST_CASE(reads_may_be_asked_for_in_parts) {
  MachineConfig config;
  config.kind = MachineKind::external;
  config.external.command = annealer;
  config.external.reads_per_call = 3;
  testing::reads_depend_on_their_index_alone(*make_machine(config), small_problem(4), 10);
}

BOOST_AUTO_TEST_CASE(answers_in_bits_and_spins_are_the_same) {
  IsingProblem problem{3, SparseCouplings(3, 3), {1, -1, 1}, 0};
  ReadRequest request;
  request.count = 2;
  const ReadSet set = read(problem, "printf '0 1 0\\n-1 +1 -1\\n' > {spins}", request);
  for (const Read& r : set.reads) BOOST_TEST(r.spins == (Spins{-1, 1, -1}));
}

BOOST_AUTO_TEST_CASE(what_goes_wrong_is_said) {
  const testing::TemporaryFolder mine;
  setenv("TMPDIR", mine.path().c_str(), 1);
  BOOST_TEST(fails_with("echo no licence >&2; exit 3", {"exit code 3", "no licence"}));
  BOOST_TEST(fails_with("kill -9 $$", {"signal 9"}));
  BOOST_TEST(fails_with("true", {"wrote no file {spins}"}));
  BOOST_TEST(fails_with("printf '1 1 1\\n' > {spins}", {"1 reads instead of 2"}));
  BOOST_TEST(fails_with("printf '1 1 1\\n1 1 1\\n1 1 1\\n' > {spins}", {"3 reads instead of 2"}));
  BOOST_TEST(fails_with("printf '1 1 1\\n1 1\\n' > {spins}", {"line 2", "2 values for 3 spins"}));
  BOOST_TEST(fails_with("printf '1 1 1 1\\n1 1 1\\n' > {spins}", {"line 1", "4 values for 3 spins"}));
  BOOST_TEST(fails_with("printf '1 2 1\\n1 1 1\\n' > {spins}", {"line 1", "value 2 is \"2\""}));
  BOOST_TEST(fails_with("printf '1 0 1\\n1 0 -1\\n' > {spins}", {"line 2", "both 0 and -1"}));
  BOOST_TEST(std::filesystem::is_empty(mine.path()));
  unsetenv("TMPDIR");
  BOOST_CHECK_THROW(static_cast<void>(ExternalMachine(ExternalConfig{})), InputError);
}

BOOST_AUTO_TEST_CASE(a_command_that_hangs_is_killed_with_its_children) {
  const std::string mark = (std::filesystem::temp_directory_path() / ("alive-" + std::to_string(getpid()))).string();
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(fails_with("(sleep 1; touch " + mark + ") & sleep 30; wait", {"was not done after 0.2 s"}, 0.2));
  ReadRequest request;
  request.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  const ReadSet set = read(small_problem(1), "sleep 30", request);
  BOOST_TEST(set.was_cut);
  BOOST_TEST(set.reads.empty());
  BOOST_TEST(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 15);
  std::this_thread::sleep_until(begin + std::chrono::milliseconds(1500));
  BOOST_TEST(!std::filesystem::exists(mark));
}

BOOST_AUTO_TEST_SUITE_END()
