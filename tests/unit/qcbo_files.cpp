// QCBO files: what is in them, how they are written, and damage.
#include "base/error.hpp"
#include "formats/export.hpp"
#include "formats/linear_form.hpp"
#include "namespaces.hpp"
#include "qcbo_blocks.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

BOOST_AUTO_TEST_SUITE(qcbo_files)

using namespace isinglass;
using namespace isinglass::testing;
using namespace isinglass::testing::blocks;

namespace {

/// The problem as it comes from the compiler, a few samples at a time.
BlockSource source_of(const Qcbo& whole, int samples, std::size_t batch) {
  BlockSource source;
  source.parameters = whole.shared;
  source.unit = whole.unit;
  source.samples = static_cast<std::size_t>(samples);
  source.batch = batch;
  source.block = [&whole](std::size_t first, std::size_t last) {
    Qcbo part;
    part.parameters = whole.parameters;
    part.unit = whole.unit;
    part.all_variables = whole.all_variables;
    part.constant = first == 0 ? whole.constant : 0;
    const auto is_here = [&](std::int64_t sample) {
      return sample >= static_cast<std::int64_t>(first) && sample < static_cast<std::int64_t>(last);
    };
    const auto sample_of = [&](std::int64_t v) {
      return whole.variables[static_cast<std::size_t>(v - whole.parameters)].sample;
    };
    part.first_variable = -1;
    for (std::int64_t v = whole.parameters; v < whole.all_variables; ++v) {
      if (!is_here(sample_of(v))) continue;
      if (part.first_variable < 0) part.first_variable = v;
      part.variables.push_back(whole.variables[static_cast<std::size_t>(v - whole.parameters)]);
    }
    for (std::size_t r = 0; r < whole.rows.size(); ++r) {
      if (!is_here(whole.rows.sample[r])) continue;
      for (auto e = whole.rows.entries(r); e; ++e) part.rows.add(e.col(), e.value());
      part.rows.finish(whole.rows.kind[r], whole.rows.rhs[r], whole.rows.sample[r]);
    }
    for (const Product& p : whole.products)
      if (is_here(sample_of(p.u))) part.products.push_back(p);
    for (const Term& t : whole.objective)
      if (t.j < whole.parameters ? first == 0 : is_here(sample_of(t.j))) part.objective.push_back(t);
    return part;
  };
  return source;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_holds_the_problem) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Case c(seed);
    QcboFileOptions options;
    options.config_yaml = "schema: 1\n";
    options.counts = {{"indicators", 3}};
    options.with_qubo = true;
    options.multiplier = 2.5;
    const auto summary = write_qcbo(c.folder / "q.h5", source_of(c.problem, c.samples, 2), options, Communicator());
    BOOST_TEST(summary.sizes[Table::variables] == c.problem.all_variables);
    BOOST_TEST(summary.multiplier == 2.5);
    const Qcbo again = read_qcbo(c.folder / "q.h5");
    BOOST_TEST(again.all_variables == c.problem.all_variables);
    BOOST_TEST(again.unit == c.problem.unit);
    BOOST_TEST(again.rows.variable == c.problem.rows.variable);
    BOOST_TEST(again.rows.start == c.problem.rows.start);
    BOOST_CHECK(names_of(again) == names_of(c.problem));
    compare(c.words, c.problem, 1, [&](const Point& x) { return lifted(again, x, 1); });
    compare(c.words, c.problem, 2.5, [&](const Point& x) { return value_of(*read_qubo(c.folder / "q.h5"), x); });
  }
}

BOOST_AUTO_TEST_CASE(the_batch_changes_no_byte) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Case c(seed);
    QcboFileOptions options;
    options.with_qubo = true;
    for (const std::size_t batch : {std::size_t{1}, std::size_t{3}})
      static_cast<void>(write_qcbo(c.folder / std::to_string(batch), source_of(c.problem, c.samples, batch), options,
                                   Communicator()));
    BOOST_CHECK(contents(c.folder / "1") == contents(c.folder / "3"));
  }
}

BOOST_AUTO_TEST_CASE(parts_can_be_left_out) {
  Case c(1);
  QcboFileOptions options;
  options.with_problem = false;
  static_cast<void>(write_qcbo(c.folder / "none.h5", source_of(c.problem, c.samples, 1), options, Communicator()));
  BOOST_TEST(!read_qubo(c.folder / "none.h5").has_value());
  const std::string message = message_of<InputError>([&] { static_cast<void>(read_qcbo(c.folder / "none.h5")); });
  BOOST_TEST(mentions(message, {"none.h5", "holds no problem"}), message);
}

BOOST_AUTO_TEST_CASE(damage_is_found_and_named) {
  Case c(3);
  QcboFileOptions options;
  options.with_qubo = true;
  const auto path = c.folder / "q.h5";
  static_cast<void>(write_qcbo(path, source_of(c.problem, c.samples, 1), options, Communicator()));
  const std::string whole = contents(path);
  std::set<std::string> named;
  int refused = 0, unnoticed = 0;
  const Qcbo good = read_qcbo(path);
  const SparseQubo good_qubo = *read_qubo(path);
  for (std::size_t place = 0; place < whole.size(); place += 7) {
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 4);
    overwrite(path, damaged);
    try {
      const Qcbo again = read_qcbo(path);
      const std::optional<SparseQubo> qubo = read_qubo(path);
      const bool is_same = again.rows.variable == good.rows.variable &&
                           again.rows.coefficient == good.rows.coefficient && again.rows.rhs == good.rows.rhs &&
                           again.constant == good.constant && again.unit == good.unit && qubo &&
                           qubo->constant == good_qubo.constant && names_of(again) == names_of(good);
      unnoticed += is_same ? 0 : 1;
    } catch (const InputError& error) {
      const std::string text = error.what();
      BOOST_TEST(text.starts_with(path.string()), text);
      ++refused;
      for (const char* name : {"/rows/coefficient", "/variables/kind", "/qubo/value", "/products/u"})
        if (text.find(name) != std::string::npos) named.insert(name);
    }
  }
  BOOST_TEST(unnoticed == 0);
  BOOST_TEST(refused > 100);
  BOOST_TEST(named.size() == 4U);
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    overwrite(path, whole.substr(0, size));
    BOOST_CHECK_THROW(static_cast<void>(read_qcbo(path)), InputError);
  }
}

BOOST_AUTO_TEST_CASE(a_failed_write_leaves_the_old_file) {
  Case c(4);
  const auto path = c.folder / "q.h5";
  overwrite(path, "old");
  BlockSource source = source_of(c.problem, c.samples, 1);
  int calls = 0;
  source.block = [&, good = source.block](std::size_t first, std::size_t last) {
    if (++calls > c.samples) throw SystemError("lost");
    return good(first, last);
  };
  BOOST_CHECK_THROW(static_cast<void>(write_qcbo(path, source, {}, Communicator())), SystemError);
  BOOST_TEST(contents(path) == "old");
  BOOST_TEST(temporaries_in(path.parent_path()) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
