// The life of a run: begun, stopped, continued, finished; and what is refused.
#include "run/checkpoint.hpp"
#include "run/results_file.hpp"
#include "run/run_lock.hpp"
#include "run/training_setup.hpp"
#include "small_run.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(run_training)

using namespace isinglass;
using namespace isinglass::testing;
namespace fs = std::filesystem;

namespace {

bool is_code(const AgreedError& error, ExitCode code) { return error.code() == code; }

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_run_ends_with_results_and_is_not_made_twice, SmallRun) {
  const RunEnd first = run();
  BOOST_TEST((first.code == ExitCode::done && !first.is_repeated && !first.failure));
  BOOST_TEST(first.results.history.back().iteration == 3);
  BOOST_TEST((first.class_names == std::vector<std::string>{"0", "1"}));
  BOOST_TEST(mentions(screen.str(), "small.yaml"));
  BOOST_TEST(!fs::exists(folder.directory / "lock"));
  const RunEnd second = run();
  BOOST_TEST(second.is_repeated);
  BOOST_TEST(second.results.test_accuracy == first.results.test_accuracy);
  BOOST_TEST(second.class_names == first.class_names);
}

BOOST_FIXTURE_TEST_CASE(a_fresh_run_moves_the_earlier_one_aside, SmallRun) {
  static_cast<void>(run());
  options.fresh = true;
  BOOST_TEST(!run().is_repeated);
  BOOST_TEST(fs::exists(folder.directory.string() + ".1/results.h5"));
  BOOST_TEST(mentions(screen.str(), "moved the earlier run to"));
}

BOOST_FIXTURE_TEST_CASE(a_run_goes_on_from_its_newest_checkpoint_that_can_be_read, SmallRun) {
  const RunResults whole = run().results;
  fs::remove(folder.results());
  testing::overwrite(folder.checkpoints().front(), "no checkpoint");
  const RunEnd end = run();
  BOOST_TEST(mentions(screen.str(), "warning: cannot continue from"));
  BOOST_TEST(mentions(screen.str(), "after anneal 2 of"));
  BOOST_TEST(end.results.objective == whole.objective);
  BOOST_TEST(end.results.test_accuracy == whole.test_accuracy);
}

BOOST_FIXTURE_TEST_CASE(no_usable_checkpoint_is_its_own_exit_code, SmallRun) {
  run_in_part();
  for (const fs::path& path : folder.checkpoints()) testing::overwrite(path, "no checkpoint");
  const AgreedError error = failure();
  BOOST_TEST(is_code(error, ExitCode::checkpoint_unusable));
  BOOST_TEST(mentions(error.what(), "none of the 2 checkpoints can be used"), error.what());
}

BOOST_FIXTURE_TEST_CASE(changed_settings_of_the_same_network_are_named, SmallRun) {
  run_in_part();
  fs::remove(folder.config());
  config.anneal.hot_temperature = 0.01;
  const AgreedError error = failure();
  BOOST_TEST(is_code(error, ExitCode::bad_input));
  BOOST_TEST(mentions(error.what(), "anneal.hot_temperature"), error.what());
}

BOOST_FIXTURE_TEST_CASE(other_samples_are_refused, SmallRun) {
  run_in_part();
  std::vector<std::uint8_t> pixels = testing::pattern(100, 24);
  pixels[0] = static_cast<std::uint8_t>(255 - pixels[0]);
  testing::write_gzip(base / "train-images-idx3-ubyte.gz", testing::idx_images(6, 4, pixels));
  const AgreedError error = failure();
  BOOST_TEST(is_code(error, ExitCode::bad_input));
  BOOST_TEST(mentions(error.what(), "other training samples"), error.what());
}

BOOST_FIXTURE_TEST_CASE(a_stop_before_any_progress_is_an_error, SmallRun) {
  options.max_hours = 1e-12;
  const AgreedError error = failure();
  BOOST_TEST(is_code(error, ExitCode::error));
  BOOST_TEST(mentions(error.what(), "before an iteration was done"), error.what());
}

BOOST_FIXTURE_TEST_CASE(a_folder_in_use_is_busy, SmallRun) {
  fs::create_directory(folder.directory);
  const RunLock other(folder.directory);
  const AgreedError error = failure();
  BOOST_TEST(is_code(error, ExitCode::bad_input));
  BOOST_TEST(error.is_busy());
}

BOOST_FIXTURE_TEST_CASE(a_model_is_of_its_own_network_and_data, SmallRun) {
  static_cast<void>(run());
  BOOST_TEST(model_file(folder.directory) == folder.results());
  BOOST_TEST(model_file(folder.results()) == folder.results());
  const Model model = read_model(folder.results());
  const auto setup_of = [](const Config& like) { return load_setup(like, Communicator(), Communicator()); };
  const TrainingSetup own = setup_of(config);
  BOOST_TEST((has_data(model, own.data) && has_network(model, own.architecture)));
  Config other = config;
  other.data.classes = {"0", "2"};
  BOOST_TEST(!has_data(model, setup_of(other).data));
  other = config;
  other.network.hidden[0].bias = "5bit";
  BOOST_TEST(!has_network(model, setup_of(other).architecture));
}

BOOST_FIXTURE_TEST_CASE(a_folder_without_samples_is_refused_before_a_run_folder_is_made, SmallRun) {
  config.data.directory = (base / "nowhere").string();
  BOOST_TEST(is_code(failure(), ExitCode::bad_input));
  BOOST_TEST(!fs::exists(folder.directory));
}

BOOST_AUTO_TEST_SUITE_END()
