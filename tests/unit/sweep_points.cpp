#include "base/error.hpp"
#include "namespaces.hpp"
#include "print_names.hpp"
#include "sweep/sweep.hpp"
#include "sweep/sweep_reader.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

BOOST_AUTO_TEST_SUITE(sweep_points)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

struct InFolder {
  testing::TemporaryFolder folder;
  std::filesystem::path file = folder / "sweep.yaml";

  InFolder() { testing::overwrite(folder / "base.yaml", "schema: 1\nmethod: qat\nqcgd: {iterations: 7}\n"); }

  /// A sweep of these axes, one a line from line 5 on.
  [[nodiscard]] Sweep with(const std::string& axes) const {
    testing::overwrite(file, "schema: 1\nbase: base.yaml\noutput: out\naxes:\n" + axes);
    return read_sweep(file);
  }
  /// The errors without the folder's name.
  [[nodiscard]] std::string errors_of(const std::string& axes) const {
    return shortened(testing::message_of<InputError>([&] { static_cast<void>(with(axes)); }));
  }
  [[nodiscard]] std::string errors_of_file(const std::string& text) const {
    testing::overwrite(file, text);
    return shortened(testing::message_of<InputError>([&] { static_cast<void>(read_sweep(file)); }));
  }
  [[nodiscard]] std::string shortened(std::string text) const {
    const std::string name = folder.path().string() + "/";
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) text.erase(at, name.size());
    return text;
  }
};

std::string values_of(const SweepAxis& axis) {
  std::string text;
  for (const SweepValue& value : axis.values) text += (text.empty() ? "" : " ") + value.text;
  return text;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_last_axis_varies_fastest, InFolder) {
  const Sweep sweep = with("  - {key: method, values: [qcgd, qat]}\n  - {key: seed, range: [1, 3]}\n");
  BOOST_TEST(point_count(sweep) == 6);
  BOOST_TEST(to_text(point_of(sweep, 1)) == "method=qcgd, seed=1");
  BOOST_TEST(to_text(point_of(sweep, 2)) == "method=qcgd, seed=2");
  BOOST_TEST(to_text(point_of(sweep, 4)) == "method=qat, seed=1");
  BOOST_TEST(to_text(point_of(sweep, 6)) == "method=qat, seed=3");
  BOOST_TEST(point_of(sweep, 6).folder.string() == "out/point-0006");
  for (const std::int64_t number : {-1, 0, 7})
    BOOST_CHECK_THROW(static_cast<void>(point_of(sweep, number)), InputError);
}

BOOST_FIXTURE_TEST_CASE(a_point_is_the_base_with_its_overrides_in_its_folder, InFolder) {
  const Sweep sweep = with("  - {key: seed, range: [1, 3]}\n  - {key: data.train_samples, values: [10, all]}\n");
  const Config config = config_of(sweep, point_of(sweep, 5));
  BOOST_TEST(config.seed == 3U);
  BOOST_TEST(config.data.train_samples == 10);
  BOOST_TEST(config.method == Method::qat);
  BOOST_TEST(config.qcgd.iterations == 7);
  BOOST_TEST(config.output.directory == "out/point-0005");
  BOOST_TEST(config_of(sweep, point_of(sweep, 6)).data.train_samples == 0);
}

BOOST_FIXTURE_TEST_CASE(ranges_hold_both_ends, InFolder) {
  BOOST_TEST(values_of(with("  - {key: seed, range: [2, 2]}\n").axes[0]) == "2");
  BOOST_TEST(values_of(with("  - {key: seed, range: [1, 9, 4]}\n").axes[0]) == "1 5 9");
  BOOST_TEST(values_of(with("  - {key: seed, range: [1, 8, 4]}\n").axes[0]) == "1 5");
}

BOOST_FIXTURE_TEST_CASE(logarithmic_values_have_their_ends_and_equal_ratios, InFolder) {
  BOOST_TEST(values_of(with("  - {key: qat.learning_rate, logarithmic: [0.001, 0.1, 3]}\n").axes[0]) ==
             "0.001 0.01 0.1");
  BOOST_TEST(values_of(with("  - {key: qat.learning_rate, logarithmic: [0.001, 0.1, 5]}\n").axes[0]) ==
             "0.001 0.00316227766017 0.01 0.0316227766017 0.1");
  BOOST_TEST(values_of(with("  - {key: data.train_samples, logarithmic: [10, 1000, 5], round: true}\n").axes[0]) ==
             "10 32 100 316 1000");
  BOOST_TEST(values_of(with("  - {key: parallel.replica_groups, logarithmic: [1, 4, 9], round: true}\n").axes[0]) ==
             "1 2 3 4");
}

BOOST_FIXTURE_TEST_CASE(values_may_be_lists_and_sections, InFolder) {
  const Sweep sweep = with(
      "  - {key: data.classes, values: [all, [0, 1], [\"2\", Coat]]}\n"
      "  - key: network.hidden\n"
      "    values:\n"
      "      - [{units: 4, activation: sign}]\n"
      "      - [{units: 8}, {units: 4}]\n");
  BOOST_TEST(values_of(sweep.axes[0]) == "all [0, 1] [2, Coat]");
  const Config config = config_of(sweep, point_of(sweep, 6));
  BOOST_TEST(config.data.classes.size() == 2U);
  BOOST_TEST(config.network.hidden.size() == 2U);
  BOOST_TEST(config.network.hidden[0].units == 8);
}

BOOST_FIXTURE_TEST_CASE(mistakes_in_the_file_come_all_at_once, InFolder) {
  const std::string errors = errors_of_file(
      "schema: 2\n"
      "bas: base.yaml\n"
      "output: [a]\n"
      "axes:\n"
      "  - {key: seed, rnge: [1, 5]}\n"
      "  - {key: seed, key: method, values: []}\n"
      "  - 5\n");
  for (const char* part : {"sweep.yaml:1:9: schema: this isinglass reads sweeps of schema 1, found \"2\"",
                           "sweep.yaml:1:1: base: missing", "sweep.yaml:2:1: bas: unknown key, did you mean \"base\"?",
                           "sweep.yaml:3:9: output: expected text, found a list",
                           "sweep.yaml:5:5: axes.0: expected one of values, range and logarithmic, found none",
                           "sweep.yaml:5:17: axes.0.rnge: unknown key, did you mean \"range\"?",
                           "sweep.yaml:6:17: axes.1.key: duplicate key",
                           "sweep.yaml:6:38: axes.1.values: expected a list of values, found an empty one",
                           "sweep.yaml:7:5: axes.2: expected a section"}) {
    BOOST_TEST(has(errors, part), part << " is not in\n" << errors);
  }
}

BOOST_FIXTURE_TEST_CASE(mistakes_in_an_axis_have_their_position, InFolder) {
  const auto error_of = [&](const std::string& axis) { return errors_of("  - {key: seed, " + axis + "}\n"); };
  BOOST_TEST(error_of("range: [5, 1]") == "sweep.yaml:5:24: axes.0.range: expected from <= to, found 5 and 1");
  BOOST_TEST(error_of("range: [1, 5, 0]") == "sweep.yaml:5:24: axes.0.range: expected a step >= 1, found 0");
  BOOST_TEST(error_of("range: [1, 99999]") == "sweep.yaml:5:24: axes.0.range: more than 10000 values");
  BOOST_TEST(has(error_of("range: [1]"), "expected [from, to] or [from, to, step], found a list of 1"));
  BOOST_TEST(has(error_of("range: [1, 2.5]"), "sweep.yaml:5:28: axes.0.range: expected a whole number"));
  BOOST_TEST(has(error_of("logarithmic: [0, 1, 3]"), "expected from > 0, found 0"));
  BOOST_TEST(has(error_of("logarithmic: [2, 1, 3]"), "expected from < to, found 2 and 1"));
  BOOST_TEST(has(error_of("logarithmic: [1, 2, 1]"), "expected a whole number of points from 2"));
  BOOST_TEST(has(error_of("logarithmic: [0.5, 2, 3], round: true"), "whole numbers"));
  BOOST_TEST(has(error_of("range: [1, 2], round: true"), "goes with `logarithmic` only"));
  BOOST_TEST(error_of("values: [1, 2, 1]") == "sweep.yaml:5:32: axes.0.values: 1 is listed twice");
  BOOST_TEST(has(error_of("values: [1, ~]"), "expected a value, found nothing"));
  BOOST_TEST(
      has(error_of("values: [1], range: [1, 2]"), "expected one of values, range and logarithmic, found several"));
}

BOOST_FIXTURE_TEST_CASE(axes_that_do_not_go_together_are_refused, InFolder) {
  const std::string twice = errors_of("  - {key: seed, range: [1, 2]}\n  - {key: seed, range: [3, 4]}\n");
  BOOST_TEST(has(twice, "sweep.yaml:6:11: seed: a second axis of this key, the first at line 5"), twice);
  BOOST_TEST(has(errors_of("  - {key: output.directory, values: [a]}\n"), "output.directory: no axis"));
  std::string many;
  for (const char* key : {"seed", "data.pool", "data.levels"})
    many += fmt::format("  - {{key: {}, range: [2, 28]}}\n", key);
  BOOST_TEST(has(errors_of(many), "axes: more than 10000 points"));
}

BOOST_FIXTURE_TEST_CASE(wrong_keys_and_values_are_told_before_anything_runs, InFolder) {
  const std::string errors = errors_of(
      "  - {key: qcgd.iteratons, values: [1, 2]}\n"
      "  - {key: method, values: [qat, qcdg]}\n"
      "  - {key: seed, range: [1, 3]}\n");
  BOOST_TEST(errors ==
             "sweep.yaml:5:11: qcgd.iteratons: unknown key, did you mean \"iterations\"?\n"
             "sweep.yaml:6:33: method: expected one of qcgd, anneal, qat, found \"qcdg\", did you mean \"qcgd\"?");
}

BOOST_FIXTURE_TEST_CASE(values_that_do_not_fit_together_are_told_with_their_point, InFolder) {
  const std::string errors = errors_of(
      "  - {key: network.hidden.0.activation, values: [sign, tanh]}\n"
      "  - {key: network.hidden.0.segments, values: [2, 4]}\n");
  BOOST_TEST(has(errors, "sweep.yaml:6:50: network.hidden.0.segments: sign has 2 segments, found 4"), errors);
}

BOOST_FIXTURE_TEST_CASE(the_base_is_told_by_its_own_errors, InFolder) {
  testing::overwrite(folder / "base.yaml", "schema: 1\nmethd: qat\n");
  BOOST_TEST(errors_of("  - {key: seed, range: [1, 3]}\n") ==
             "base.yaml:2:1: methd: unknown key, did you mean \"method\"?");
  std::filesystem::remove(folder / "base.yaml");
  BOOST_TEST(errors_of("  - {key: seed, range: [1, 3]}\n") == "sweep.yaml:2:7: base: no such file: base.yaml");
  BOOST_TEST(has(errors_of_file(""), "schema: missing"));
  BOOST_CHECK_THROW(static_cast<void>(read_sweep(folder / "none.yaml")), InputError);
}

BOOST_AUTO_TEST_CASE(every_sweep_of_the_inputs_is_good) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ISINGLASS_INPUTS)) {
    if (!entry.path().filename().string().starts_with("sweep-")) continue;
    BOOST_TEST_CONTEXT(entry.path()) BOOST_CHECK_NO_THROW(static_cast<void>(read_sweep(entry.path())));
    ++files;
  }
  BOOST_TEST(files >= 1);
}

BOOST_AUTO_TEST_SUITE_END()
