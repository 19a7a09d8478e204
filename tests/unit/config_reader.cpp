#include "base/error.hpp"
#include "config/reader.hpp"
#include "config/writer.hpp"
#include "namespaces.hpp"
#include "print_names.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

BOOST_AUTO_TEST_SUITE(config_reader)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// What the user is told about `text`; empty if it is good.
std::string errors_in(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return testing::message_of<InputError>([&] { static_cast<void>(parse_config(text, "run.yaml", overrides)); });
}

/// A configuration and the start of the only error line it gives.
struct Bad {
  const char* text;
  const char* error;
};

const Bad bad_files[] = {
    {"", "run.yaml:1:1: schema: missing; add the line `schema: 1`"},
    {"seed: 2\n", "run.yaml:1:1: schema: missing"},
    {"seed: x\nschema: 2\n", "run.yaml:2:9: schema: this isinglass reads schema 1, found \"2\""},
    {"schema: 1\nseed: [1\n", "run.yaml:3:1: not YAML: "},
    {"schema: 1\n---\nschema: 1\n", "run.yaml:3:1: a second document"},
    {"{schema: 1, seed: 2},\n",
     "run.yaml:1:21: a second document; one configuration per file (is there something behind"},
    {"schema: 1\nseed: \xe9\n", "run.yaml:2:7: not YAML: byte 0xe9 is not UTF-8"},
    {"\xef\xbb\xbfschema: 1\r\nseed: x\r\n", "run.yaml:2:7: seed: expected a whole number"},
    {"schema: 1\nmachine:\n  kind: sa\n  replcas: 3\n",
     "run.yaml:4:3: machine.replcas: unknown key, did you mean \"replicas\"?"},
    {"schema: 1\niterations: 3\n", "run.yaml:2:1: iterations: unknown key, did you mean qcgd.iterations?"},
    {"schema: 1\nzzzzzzzz: 3\n", "run.yaml:2:1: zzzzzzzz: unknown key"},
    {"schema: 1\ndata:\n  pool: 1\n  levels: 8\n  pool: 2\n",
     "run.yaml:5:3: data.pool: duplicate key, first at line 3"},
    {"schema: 1\nseed: 1\nseed: 1\n", "run.yaml:3:1: seed: duplicate key, first at line 2"},
    {"schema: 1\nqcgd: {iterations: many}\n",
     "run.yaml:2:20: qcgd.iterations: expected a whole number >= 1, found \"many\""},
    {"schema: 1\nqcgd: {iterations: 2.5}\n",
     "run.yaml:2:20: qcgd.iterations: expected a whole number >= 1, found \"2.5\""},
    {"schema: 1\nqcgd: {iterations: '3'}\n",
     "run.yaml:2:20: qcgd.iterations: expected a whole number >= 1, found the text \"3\""},
    {"schema: 1\nqcgd: {iterations: [3]}\n",
     "run.yaml:2:20: qcgd.iterations: expected a whole number >= 1, found a list"},
    {"schema: 1\nqcgd: {iterations: 0}\n", "run.yaml:2:20: qcgd.iterations: expected a whole number >= 1, found \"0\""},
    {"schema: 1\nqcgd: {iterations: 99999999999}\n",
     "run.yaml:2:20: qcgd.iterations: expected a whole number from 1 to 2147483647"},
    {"schema: 1\nqcgd:\n  iterations:\n", "run.yaml:3:3: qcgd.iterations: expected a whole number >= 1, found nothing"},
    {"schema: 1\nqcgd: {polish: yes}\n", "run.yaml:2:16: qcgd.polish: expected true or false, found \"yes\""},
    {"schema: 1\nqcgd: {beta0: 0}\n", "run.yaml:2:15: qcgd.beta0: expected a number > 0, found \"0\""},
    {"schema: 1\nqcgd: {margin: -1}\n", "run.yaml:2:16: qcgd.margin: expected a number > 0 and <= 1000, found \"-1\""},
    {"schema: 1\nqcgd: {beta0: nan}\n", "run.yaml:2:15: qcgd.beta0: expected a number > 0, found \"nan\""},
    {"schema: 1\nqcgd: {beta0: inf}\n", "run.yaml:2:15: qcgd.beta0: expected a number > 0, found \"inf\""},
    {"schema: 1\nseed: -1\n", "run.yaml:2:7: seed: expected a whole number from 0 to 2^64 - 1, found \"-1\""},
    {"schema: 1\nmethod: qcg\n",
     "run.yaml:2:9: method: expected one of qcgd, anneal, qat, found \"qcg\", did you mean \"qcgd\"?"},
    {"schema: 1\nmethod: {a: 1}\n", "run.yaml:2:9: method: expected a word, one of qcgd, anneal, qat, found a section"},
    {"schema: 1\nqcgd: 3\n", "run.yaml:2:7: qcgd: expected a section of `key: value` lines, found \"3\""},
    {"schema: 1\nnetwork: {hidden: 3}\n", "run.yaml:2:19: network.hidden: expected a list of sections, found \"3\""},
    {"schema: 1\nnetwork: {hidden: {0: {units: 3}}}\n",
     "run.yaml:2:19: network.hidden: expected a list of sections, found a section"},
    {"schema: 1\nnetwork: {hidden: []}\n", "run.yaml:2:19: network.hidden: expected at least one hidden layer"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {units: 4}\n    - {weights: 9bit}\n",
     "run.yaml:5:17: network.hidden.1.weights: expected one of 1bit, "},
    {"schema: 1\nnetwork:\n  hidden:\n    - {segments: 3}\n",
     "run.yaml:4:18: network.hidden.0.segments: sign has 2 segments, found 3"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {degree: 1}\n",
     "run.yaml:4:16: network.hidden.0.degree: sign has degree 0, found 1"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {knots: equalized}\n",
     "run.yaml:4:15: network.hidden.0.knots: sign has its one knot"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: geloo}\n",
     "run.yaml:4:20: network.hidden.0.activation: expected one of sign, relu, leaky_relu, hard_tanh, tanh, sigmoid, "
     "softplus, "
     "gelu, table, found \"geloo\", did you mean \"gelu\"?"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: relu, degree: 2}\n",
     "run.yaml:4:34: network.hidden.0.degree: expected a whole number from 0 to 1, found \"2\""},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: relu, range: 0}\n",
     "run.yaml:4:33: network.hidden.0.range: expected reachable or a number > 0, found \"0\""},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: table}\n",
     "run.yaml:4:20: network.hidden.0.activation: table needs its points: add `points: [[x, y], ...]`"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: table, points: [[0, 1], [0, 2]]}\n",
     "run.yaml:4:35: network.hidden.0.points: expected x ascending, found 0 after 0"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: relu, points: [0, 0, 1, 2]}\n",
     "run.yaml:4:34: network.hidden.0.points: points are for activation table, found relu"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: relu, points: [0, 0, 1]}\n",
     "run.yaml:4:34: network.hidden.0.points: expected a list of points such as [[-1, 0], [1, 2]], found a list"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: relu, points: [[0, 0], [1, .inf]]}\n",
     "run.yaml:4:34: network.hidden.0.points: expected a list of points"},
    {"schema: 1\nnetwork:\n  hidden:\n    - {activation: relu, points: [0, [0, 1], 2]}\n",
     "run.yaml:4:34: network.hidden.0.points: expected a list of points"},
    {"schema: 1\nnetwork: {output: {loss: hings}}\n",
     "run.yaml:2:26: network.output.loss: expected one of hinge, squared_hinge, squared, logistic, cross_entropy, "
     "found "
     "\"hings\", "
     "did you mean \"hinge\"?"},
    {"schema: 1\nnetwork: {output: {loss_segments: 1}}\n",
     "run.yaml:2:35: network.output.loss_segments: expected a whole number from 2 to 64, found \"1\""},
    {"schema: 1\nnetwork: {output: {loss_degree: 3}}\n",
     "run.yaml:2:33: network.output.loss_degree: expected a whole number from 0 to 2, found \"3\""},
    {"schema: 1\ndata: {train_samples: most}\n",
     "run.yaml:2:23: data.train_samples: expected all or a whole number >= 2, found \"most\""},
    {"schema: 1\ndata: {classes: 3}\n", "run.yaml:2:17: data.classes: expected all or a list of numbers or names"},
    {"schema: 1\ndata: {classes: [[0], 1]}\n",
     "run.yaml:2:17: data.classes: expected all or a list of numbers or names"},
    {"schema: 1\ndata: {classes: []}\n", "run.yaml:2:17: data.classes: the list is empty"},
    {"schema: 1\ndata: {classes: [4]}\n", "run.yaml:2:17: data.classes: expected at least two classes, found one"},
    {"schema: 1\ndata: {classes: [4, 4]}\n", "run.yaml:2:17: data.classes: class 4 is listed twice"},
    {"schema: 1\ndata:\n  dataset: idx\n", "run.yaml:2:1: data.directory: dataset idx needs the folder"},
    {"schema: 1\nmachine: {whole: {hot_temperature: 0.5, cold_temperature: 0.6}}\n",
     "run.yaml:2:59: machine.whole.cold_temperature: expected at most machine.whole.hot_temperature = 0.5, found 0.6"},
    {"schema: 1\noutput: {directory: ''}\n", "run.yaml:2:21: output.directory: expected the name of a folder"},
    {"schema: 1\n? [a]\n: 1\n", "run.yaml:2:3: a key must be a word"},
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_mistake_gives_one_line_with_its_position) {
  for (const Bad& bad : bad_files) {
    const std::string errors = errors_in(bad.text);
    BOOST_TEST(errors.substr(0, std::string(bad.error).size()) == bad.error);
    BOOST_TEST(errors.find('\n') == std::string::npos, errors);
  }
}

BOOST_AUTO_TEST_CASE(all_mistakes_come_in_one_go_in_the_order_of_the_file) {
  const std::string text =
      "schema: 1\n"
      "qcgd: {iterations: 0, polsh: true}\n"
      "seed: none\n"
      "data:\n"
      "  classes: [1]\n"
      "  pool: 2\n"
      "  pool: 2\n";
  BOOST_TEST(errors_in(text, {"method=sgd"}) ==
             "run.yaml:2:20: qcgd.iterations: expected a whole number >= 1, found \"0\"\n"
             "run.yaml:2:23: qcgd.polsh: unknown key, did you mean \"polish\"?\n"
             "run.yaml:3:7: seed: expected a whole number from 0 to 2^64 - 1, found \"none\"\n"
             "run.yaml:5:12: data.classes: expected at least two classes, found one\n"
             "run.yaml:7:3: data.pool: duplicate key, first at line 6\n"
             "--set method: expected one of qcgd, anneal, qat, found \"sgd\"");
}

BOOST_AUTO_TEST_CASE(a_list_that_holds_itself_is_refused) {
  BOOST_TEST(errors_in("schema: 1\nnetwork: &a\n  hidden: [*a]\n").find("nested too deeply") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(aliases_stand_for_what_they_name_up_to_a_limit) {
  BOOST_TEST(parse_config("schema: 1\nseed: &s 7\nqcgd: {iterations: *s}\n", "run.yaml").qcgd.iterations == 7);
  std::string bomb = "schema: 1\na0: &a0 [1]\n";
  for (int i = 1; i < 9; ++i)
    bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  BOOST_TEST(errors_in(bomb).find("more than 100000 values") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_a_file_leaves_out_keeps_its_default) {
  const Config config = parse_config("schema: 1\nqcgd:\ndata: {pool: 4}\n", "run.yaml");
  Config expected;
  expected.data.pool = 4;
  BOOST_TEST(differences(config, expected).empty());
}

BOOST_AUTO_TEST_CASE(values_of_every_kind_are_read) {
  const Config config = parse_config(
      "schema: 1\nseed: 18446744073709551615\nmethod: anneal\n"
      "data: {classes: [0, Ankle boot], train_samples: 500, validation_fraction: 1e-1}\n"
      "network:\n  hidden:\n  - {units: 3, activation: tanh, segments: 8}\n  - {weights: ternary}\n"
      "qcgd: {polish: true}\n",
      "run.yaml");
  BOOST_TEST(config.seed == 18446744073709551615U);
  BOOST_TEST(config.method == Method::anneal);
  BOOST_TEST(config.data.classes == (std::vector<std::string>{"0", "Ankle boot"}), boost::test_tools::per_element());
  BOOST_TEST(config.data.train_samples == 500);
  BOOST_TEST(config.data.validation_fraction == 0.1);
  BOOST_TEST(config.network.hidden.size() == 2U);
  BOOST_TEST(config.network.hidden[0].segments == 8);
  BOOST_TEST(config.network.hidden[1].weights == "ternary");
  BOOST_TEST(config.qcgd.polish);
}

BOOST_AUTO_TEST_CASE(activations_of_every_kind_are_read) {
  const Config config = parse_config(
      "schema: 1\nnetwork:\n  hidden:\n"
      "  - {activation: gelu, segments: 8, degree: 1, knots: equalized, range: reachable}\n"
      "  - {activation: table, points: [[-1, 0.5], [2, 3e-1]]}\n  - {activation: table, points: [-1, 0.5, 2, 0.3]}\n"
      "  output: {loss: logistic, loss_segments: 16, loss_degree: 2}\n",
      "run.yaml");
  const LayerConfig& gelu = config.network.hidden[0];
  BOOST_TEST(gelu.degree == 1);
  BOOST_TEST(gelu.knots == Knots::equalized);
  BOOST_TEST(gelu.range == 0);
  const std::vector<std::array<double, 2>> points{{-1, 0.5}, {2, 0.3}};
  BOOST_CHECK(config.network.hidden[1].points == points);
  BOOST_CHECK(config.network.hidden[2].points == points);
  BOOST_TEST(config.network.output.loss == OutputLoss::logistic);
  BOOST_TEST(config.network.output.loss_segments == 16);
  BOOST_TEST(config.network.output.loss_degree == 2);
}

BOOST_AUTO_TEST_CASE(all_stands_for_every_class_and_sample) {
  const Config config = parse_config("schema: 1\ndata: {classes: all, train_samples: all}\n", "run.yaml", {});
  BOOST_TEST(config.data.classes.empty());
  BOOST_TEST(config.data.train_samples == 0);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named) {
  const auto says = [](const std::string& part) {
    return [part](const InputError& error) { return std::string(error.what()).find(part) != std::string::npos; };
  };
  BOOST_CHECK_EXCEPTION(static_cast<void>(read_config("no/such/file.yaml")), InputError,
                        says("no/such/file.yaml: no such file"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(read_config(".")), InputError, says(".: a folder"));
}

BOOST_AUTO_TEST_CASE(every_input_file_is_good) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ISINGLASS_INPUTS)) {
    if (entry.path().extension() != ".yaml" || entry.path().filename().string().starts_with("sweep-")) continue;
    BOOST_TEST_CONTEXT(entry.path()) BOOST_CHECK_NO_THROW(static_cast<void>(read_config(entry.path())));
    ++files;
  }
  BOOST_TEST(files >= 5);
}

BOOST_AUTO_TEST_SUITE_END()
