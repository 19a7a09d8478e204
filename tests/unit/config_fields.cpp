#include "config/fields.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(config_fields)

using namespace isinglass;

namespace {

/// The visitor that counts the entries of one structure, without going deeper.
struct Counter {
  std::size_t entries = 0;
  template <class T>
  void field(std::string_view, const T&, const Rule&, std::string_view) {
    ++entries;
  }
  template <class S>
  void section(std::string_view, const S&, std::string_view) {
    ++entries;
  }
  template <class S>
  void list(std::string_view, const std::vector<S>&, std::string_view) {
    ++entries;
  }
};

/// Stands for a value of any type, never made.
struct Anything {
  template <class T>
  operator T() const;
};

/// Members of an aggregate: as many values as it can be initialized from.
template <class S, class... Values>
consteval std::size_t member_count() {
  if constexpr (requires { S{Values{}..., Anything{}}; }) {
    return member_count<S, Values..., Anything>();
  } else {
    return sizeof...(Values);
  }
}

template <class S>
void check_every_member_is_listed() {
  Counter counter;
  const S structure{};
  visit_fields(counter, structure);
  BOOST_TEST(counter.entries == member_count<S>());
}

}  // namespace

/// A member without a line in fields.hpp could be set by nobody, and two runs that differ in it would count as the same.
BOOST_AUTO_TEST_CASE(every_member_of_every_structure_is_in_the_field_list) {
  check_every_member_is_listed<Config>();
  check_every_member_is_listed<DataConfig>();
  check_every_member_is_listed<NetworkConfig>();
  check_every_member_is_listed<LayerConfig>();
  check_every_member_is_listed<OutputLayerConfig>();
  check_every_member_is_listed<QcgdConfig>();
  check_every_member_is_listed<MachineConfig>();
  check_every_member_is_listed<AnnealConfig>();
  check_every_member_is_listed<QatConfig>();
  check_every_member_is_listed<ParallelConfig>();
  check_every_member_is_listed<OutputConfig>();
}

BOOST_AUTO_TEST_SUITE_END()
