#define BOOST_TEST_MODULE ising_tabu
#include "ising/tabu/elite.hpp"
#include "ising/tabu/tabu.hpp"
#include "machine_checks.hpp"
#include "random_ising.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace isinglass;
using testing::Coefficients;
using testing::Words;

BOOST_AUTO_TEST_CASE(agrees_with_enumeration) { testing::agrees_with_enumeration(Tabu(TabuConfig{}), 500, 1, 400); }

BOOST_AUTO_TEST_CASE(reads_depend_on_their_index_alone) {
  Words words(3);
  for (const auto kind : {Coefficients::small_integers, Coefficients::real})
    testing::reads_depend_on_their_index_alone(Tabu(TabuConfig{}), testing::random_ising(words, 40, 50, kind), 500);
}
