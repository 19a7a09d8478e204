#include "namespaces.hpp"
#include "train/readout/settings.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(readout_defaults)

using namespace isinglass;
using namespace isinglass::testing;

BOOST_AUTO_TEST_CASE(settings_go_by_the_number_of_features_unless_they_are_set) {
  Config config;
  config.method = Method::anneal;
  config.network.hidden[0].kind = LayerKind::filters;
  const auto with_units = [&](int units) {
    config.network.hidden[0].units = units;
    return readout_settings(config, 6000);
  };
  double margin = 0, temperature = 1;
  int sweeps = 1000;
  for (const int units : {1, 48, 128, 300, 512, 1024, 1500, 4096, 60000}) {
    const ReadoutSettings found = with_units(units);
    BOOST_TEST(found.margin >= margin);
    BOOST_TEST(found.sweeps <= sweeps);
    BOOST_TEST(found.hot_temperature <= temperature);
    BOOST_TEST(found.hot_temperature >= found.cold_temperature);
    margin = found.margin;
    sweeps = found.sweeps;
    temperature = found.hot_temperature;
  }
  const auto margin_of = [&](double images) { return readout_settings(config, images).margin; };
  BOOST_CHECK_CLOSE(margin_of(43200), margin_of(5400) / std::pow(8, 0.3), 1e-9);
  BOOST_CHECK_CLOSE(margin_of(675), margin_of(5400) * std::pow(8, 0.3), 1e-9);
  BOOST_TEST(margin_of(0) == margin_of(1));
  config.readout = {.margin = 3, .sweeps = 9, .hot_temperature = 1e-3, .cold_temperature = 1e-4};
  const ReadoutSettings set = with_units(100);
  BOOST_TEST((set.margin == 3 && set.sweeps == 9 && set.hot_temperature == 1e-3 && set.cold_temperature == 1e-4));
}

BOOST_AUTO_TEST_SUITE_END()
