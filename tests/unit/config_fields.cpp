#include "config/fields.hpp"
#include "namespaces.hpp"

#include <set>
#include <string>
#include <typeinfo>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(config_fields)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

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

/// The visitor that checks a structure and, through sections and lists, all structures within it.
struct Checker {
  std::set<std::string>& seen;
  std::size_t entries = 0;

  template <class T>
  void field(std::string_view, const T&, const Rule&, std::string_view) {
    ++entries;
  }
  template <class S>
  void section(std::string_view key, const S&, std::string_view) {
    ++entries;
    check<S>(key);
  }
  template <class S>
  void list(std::string_view key, const std::vector<S>&, std::string_view) {
    ++entries;
    check<S>(key);
  }

  template <class S>
  void check(std::string_view name) {
    Checker inner{seen};
    const S structure{};
    visit_fields(inner, structure);
    BOOST_TEST(inner.entries == member_count<S>(),
               name << ": " << inner.entries << " of " << member_count<S>() << " members");
    seen.insert(typeid(S).name());
  }
};

}  // namespace

/// A member without a line in fields.hpp could be set by nobody, and two runs that differ in it would count as the
/// same.
BOOST_AUTO_TEST_CASE(every_member_of_every_structure_is_in_the_field_list) {
  std::set<std::string> seen;
  Checker{seen}.check<Config>("the configuration");
  BOOST_TEST(seen.size() == 26U);
}

BOOST_AUTO_TEST_SUITE_END()
