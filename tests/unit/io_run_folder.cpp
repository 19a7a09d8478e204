#include "base/error.hpp"
#include "config/reader.hpp"
#include "config/writer.hpp"
#include "namespaces.hpp"
#include "network/build.hpp"
#include "run/results_file.hpp"
#include "run/run_folder.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

BOOST_AUTO_TEST_SUITE(io_run_folder)

using namespace isinglass;
using namespace isinglass::testing;
namespace fs = std::filesystem;

namespace {

struct InFolder {
  testing::TemporaryFolder base;
  RunFolder run{base / "deep/run"};
  Config config;

  /// Leaves what a finished run leaves.
  void finish() const {
    create(run);
    store(run, config);
    Model model;
    model.config_yaml = to_yaml(config);
    model.architecture = build_network(config.network, {4, 2, 2.0}).architecture;
    model.bits = random_bits(model.architecture, 1);
    model.class_names = {"a", "b"};
    model.center = {1, 2, 3, 4};
    model.rows = model.columns = 2;
    RunResults results;
    results.confusion = {1, 2, 3, 4};
    results.test_samples = 10;
    results.stop_reason = "done";
    write_results(run.results(), model, results, {{"host", "here"}});
  }
};

std::string refusal(const RunFolder& run, const Config& config) {
  return testing::message_of<InputError>([&] { static_cast<void>(inspect(run, config)); });
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_new_folder_gets_the_resolved_configuration, InFolder) {
  BOOST_TEST((inspect(run, config) == RunState::absent));
  BOOST_TEST(!fs::exists(base / "deep"));  // looking creates nothing
  config.seed = 5;
  create(run);
  store(run, config);
  BOOST_TEST(read_config(run.config()).seed == 5U);
  BOOST_TEST((inspect(run, config) == RunState::unfinished));
}

BOOST_FIXTURE_TEST_CASE(a_finished_run_is_recognised_wherever_its_folder_is, InFolder) {
  finish();
  config.output.directory = "another/name";
  BOOST_TEST((inspect(run, config) == RunState::finished));
}

BOOST_FIXTURE_TEST_CASE(another_configuration_is_refused_with_the_keys_that_differ, InFolder) {
  config.qcgd.iterations = 7;
  finish();
  config.qcgd.iterations = 5;
  config.data.classes = {"0", "1"};
  const std::string text = refusal(run, config);
  BOOST_TEST(text.find("--fresh") != std::string::npos);
  BOOST_TEST(text.find("--output") != std::string::npos);
  BOOST_TEST(text.find("data.classes: there all, now [0, 1]") != std::string::npos, text);
  BOOST_TEST(text.find("qcgd.iterations: there 7, now 5") != std::string::npos, text);
}

BOOST_FIXTURE_TEST_CASE(a_finished_run_that_is_to_go_further_is_unfinished, InFolder) {
  config.qcgd.iterations = 5;
  finish();
  config.qcgd.iterations = 7;
  config.checkpoint.every_iterations = 3;
  BOOST_TEST((inspect(run, config) == RunState::unfinished));
  config.qcgd.polish = true;  // where QCGD ended is where polishing began
  BOOST_TEST(refusal(run, config).find("qcgd.iterations: there 5, now 7") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(checkpoints_are_listed_from_the_newest_and_only_so_many_are_kept, InFolder) {
  create(run);
  for (const int step : {3, 12, 7, 100}) std::ofstream(run.checkpoint(step)) << step;
  std::ofstream(run.directory / "checkpoint-x.h5") << "another file";
  BOOST_TEST(run.checkpoints().size() == 4U);
  BOOST_TEST(run.checkpoints().front().filename() == "checkpoint-00000100.h5");
  adopt_checkpoint(run, run.checkpoint(100), 2);
  BOOST_TEST(run.checkpoints().size() == 2U);
  BOOST_TEST(run.checkpoints().back().filename() == "checkpoint-00000012.h5");
  BOOST_TEST(fs::read_symlink(run.newest_checkpoint()) == "checkpoint-00000100.h5");
}

BOOST_FIXTURE_TEST_CASE(results_that_cannot_be_read_are_refused, InFolder) {
  create(run);
  store(run, config);
  std::ofstream(run.results()) << "not HDF5";
  BOOST_TEST(refusal(run, config).find("--fresh") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(setting_aside_renames_to_the_next_free_number, InFolder) {
  BOOST_TEST(!set_aside(run).has_value());
  finish();
  BOOST_TEST(set_aside(run)->filename() == "run.1");
  finish();
  BOOST_TEST(set_aside({run.directory / ""})->filename() == "run.2");  // a trailing slash changes nothing
  BOOST_TEST(!fs::exists(run.directory));
  BOOST_TEST(fs::exists(base / "deep/run.1/results.h5"));
  BOOST_TEST(fs::exists(base / "deep/run.2/results.h5"));
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_holds_no_run_is_never_renamed, InFolder) {
  fs::create_directories(run.directory);
  BOOST_TEST(!set_aside(run).has_value());  // empty: good as it is
  std::ofstream(run.directory / "thesis.tex") << "years of work";
  BOOST_CHECK_THROW(set_aside(run), InputError);
  BOOST_TEST(fs::exists(run.directory / "thesis.tex"));
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_cannot_be_made_is_an_input_error, InFolder) {
  std::ofstream(base / "deep") << "a file in the way";
  BOOST_CHECK_THROW(create(run), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
