#include "config/reader.hpp"
#include "config/writer.hpp"
#include "namespaces.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

BOOST_AUTO_TEST_SUITE(config_writer)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// No key at its default, and text that YAML would take for something else.
Config unusual() {
  Config config;
  config.seed = 18446744073709551615U;
  config.method = Method::qat;
  config.data = {DataSource::idx,
                 "-a: \"b\" \\ #\t\xC3\xA9\n",
                 {"0", "T-shirt/top", "Ankle boot", "all", "null", "true"},
                 1234,
                 0.1 + 0.2,
                 3,
                 9};
  config.network.hidden = {{LayerKind::dense, 5, Activation::tanh, 7, 1.0 / 3, "ternary", "2bit", 1, Knots::equalized},
                           {LayerKind::dense, 6, Activation::relu, 4, 1e-300, "3bit", "ternary"},
                           {LayerKind::dense,
                            7,
                            Activation::table,
                            3,
                            0,
                            "1bit",
                            "1bit",
                            1,
                            Knots::uniform,
                            {{-1e300, 0.1 + 0.2}, {1.0 / 3, -5e-324}}}};
  config.network.output = {"8bit", "5bit", OutputLoss::cross_entropy, 64, 2};
  config.qcgd.beta0 = 1e22;
  config.qcgd.polish = true;
  config.machine.whole.sweeps = 2147483647;
  config.output.directory = "null";
  return config;
}

bool reads_back(const Config& config) {
  const Config copy = parse_config(to_yaml(config), "copy.yaml");
  return differences(config, copy).empty() && copy.output.directory == config.output.directory;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_reads_as_the_same) {
  BOOST_TEST(reads_back(Config{}));
  BOOST_TEST(reads_back(unusual()));
  BOOST_TEST(to_yaml(parse_config(to_yaml(unusual()), "copy.yaml")) == to_yaml(unusual()));
  BOOST_TEST(parse_config(to_yaml(unusual()), "copy.yaml").data.directory == unusual().data.directory);
  BOOST_CHECK(parse_config(to_yaml(unusual()), "copy.yaml").network.hidden[2].points ==
              unusual().network.hidden[2].points);
}

BOOST_AUTO_TEST_CASE(filters_that_are_written_read_as_the_same) {
  Config config;
  config.method = Method::anneal;
  config.network.hidden = {
      {.kind = LayerKind::filters,
       .units = 9,
       .filters = {.stages = 3,
                   .count = 7,
                   .kinds = {{FilterChannel::contrast, 5, 2, 1.0 / 3}, {FilterChannel::box, 3, 1, 1}},
                   .literal_shares = {0.1 + 0.2, 1e-300, 1},
                   .copies = 1,
                   .copy_scale = 0.01}}};
  config.readout = {.margin = 0.1 + 0.2, .sweeps = 3, .hot_temperature = 1e-6, .cold_temperature = 1e-7};
  const Config copy = parse_config(to_yaml(config), "copy.yaml", {});
  BOOST_TEST((flatten(copy) == flatten(config)));
}

BOOST_AUTO_TEST_CASE(the_printed_defaults_are_the_default_configuration) {
  BOOST_TEST(differences(parse_config(defaults_yaml(), "defaults.yaml"), Config{}).empty());
}

BOOST_AUTO_TEST_CASE(every_default_has_a_comment) {
  const std::string text = defaults_yaml();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    BOOST_TEST((line.empty() || line.find("# ") != std::string::npos), line);
    begin = end + 1;
  }
}

BOOST_AUTO_TEST_CASE(differences_name_the_keys_and_leave_the_folder_out) {
  Config other;
  other.output.directory = "elsewhere";
  BOOST_TEST(differences(Config{}, other).empty());
  other.qcgd.iterations = 7;
  other.network.hidden.emplace_back();
  const auto found = differences(Config{}, other);
  BOOST_TEST(found.size() > 2U);  // the iterations and every key of the new layer
  const auto is_iterations = [](const ConfigDifference& d) { return d.key == "qcgd.iterations" && d.second == "7"; };
  const auto is_new = [](const ConfigDifference& d) {
    return d.key == "network.hidden.1.units" && d.first == "-" && d.second == "16";
  };
  BOOST_TEST(std::any_of(found.begin(), found.end(), is_iterations));
  BOOST_TEST(std::any_of(found.begin(), found.end(), is_new));
}

BOOST_AUTO_TEST_SUITE_END()
