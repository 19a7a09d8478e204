#include "base/error.hpp"
#include "config/reader.hpp"
#include "namespaces.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(config_overrides)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

const std::string file =
    "schema: 1\n"
    "network:\n"
    "  hidden:\n"
    "    - {units: 4}\n"
    "    - {units: 5}\n";

Config with(const std::vector<std::string>& overrides) { return parse_config(file, "run.yaml", overrides); }

std::string errors_of(const std::string& override_text) {
  return testing::message_of<InputError>([&] { static_cast<void>(with({override_text})); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_override_sets_a_key) {
  BOOST_TEST(with({"seed=7"}).seed == 7U);
  BOOST_TEST(with({"qcgd.iterations=40"}).qcgd.iterations == 40);
  BOOST_TEST(with({"output.directory=a/b c"}).output.directory == "a/b c");
  BOOST_TEST(with({"data.classes=[0, 1]"}).data.classes.size() == 2U);
  BOOST_TEST(with({"data.train_samples=all"}).data.train_samples == 0);
}

BOOST_AUTO_TEST_CASE(the_last_override_of_a_key_wins) { BOOST_TEST(with({"seed=7", "seed=8"}).seed == 8U); }

BOOST_AUTO_TEST_CASE(an_index_names_a_layer) {
  const Config config = with({"network.hidden.1.units=32"});
  BOOST_TEST(config.network.hidden[0].units == 4);
  BOOST_TEST(config.network.hidden[1].units == 32);
}

BOOST_AUTO_TEST_CASE(the_index_after_the_last_adds_a_layer) {
  BOOST_TEST(with({"network.hidden.2.units=9"}).network.hidden.at(2).units == 9);
  const Config config = parse_config("schema: 1\n", "run.yaml", {"network.hidden.0.units=9"});
  BOOST_TEST(config.network.hidden.size() == 1U);
  BOOST_TEST(config.network.hidden[0].units == 9);
}

BOOST_AUTO_TEST_CASE(a_list_or_a_section_can_be_given_whole) {
  BOOST_TEST(with({"network.hidden=[{units: 3}]"}).network.hidden.size() == 1U);
  const Config config = with({"machine={whole: {sweeps: 3}, replicas: 2}"});
  BOOST_TEST(config.machine.whole.sweeps == 3);
  BOOST_TEST(config.machine.replicas == 2);
}

BOOST_AUTO_TEST_CASE(mistakes_name_the_option) {
  BOOST_TEST(errors_of("machine.replcas=3") == "--set machine.replcas: unknown key, did you mean \"replicas\"?");
  BOOST_TEST(errors_of("machne.sweeps=3") == "--set machne.sweeps: machne: unknown key, did you mean \"machine\"?");
  BOOST_TEST(errors_of("seed=x") == "--set seed: expected a whole number from 0 to 2^64 - 1, found \"x\"");
  BOOST_TEST(errors_of("seed=") == "--set seed: expected a whole number from 0 to 2^64 - 1, found nothing");
  BOOST_TEST(errors_of("machine={replicas: x}") ==
             "--set machine: machine.replicas: expected a whole number >= 1, found \"x\"");
  BOOST_TEST(errors_of("data.classes=[1]") == "--set data.classes: expected at least two classes, found one");
  BOOST_TEST(errors_of("network.hidden.3.units=1") ==
             "--set network.hidden.3.units: network.hidden.3: expected an index from 0 to 2 after network.hidden");
  BOOST_TEST(errors_of("network.hidden.-1.units=1") ==
             "--set network.hidden.-1.units: network.hidden.-1: expected an index from 0 to 2 after network.hidden");
  BOOST_TEST(errors_of("seed") == "--set seed: expected KEY=VALUE, for example --set qcgd.iterations=40");
  BOOST_TEST(errors_of("=3") == "--set : expected KEY=VALUE, for example --set qcgd.iterations=40");
  BOOST_TEST(errors_of("seed=[1").starts_with("--set seed: the value is not YAML: "));
  BOOST_TEST(!errors_of("data..pool=1").empty());
  BOOST_TEST(!errors_of(".=1").empty());
}

BOOST_AUTO_TEST_SUITE_END()
