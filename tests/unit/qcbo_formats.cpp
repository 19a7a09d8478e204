// QCBO files and the text formats of other programs: each is read back by a small reader of its own, and its values at
// random points compared with those of the problem.
#include "base/error.hpp"
#include "formats/export.hpp"
#include "formats/linear_form.hpp"
#include "formats/uniform_lift.hpp"
#include "namespaces.hpp"
#include "random_problem.hpp"
#include "unit/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <map>
#include <set>
#include <sstream>

BOOST_AUTO_TEST_SUITE(qcbo_formats)

using namespace isinglass;
using namespace isinglass::testing;
using isinglass::testing::Words;

namespace {

using Point = std::vector<int>;  // 0 or 1, [variable]

/// A problem of its own kind: `samples` blocks of a few variables with random rows, products and objective, and a
/// feasible point.
Qcbo random_problem(Words& words, int samples) {
  Qcbo problem;
  problem.parameters = problem.first_variable = words.between(2, 5);
  problem.unit = words.between(1, 3) / 7.0;
  for (int v = 0; v < problem.parameters; ++v) problem.shared.push_back({VariableKind::weight, -1, 0, 0, v, -1, -1, 0});
  std::int64_t next = problem.parameters;
  std::vector<int> hidden;  // a feasible point
  for (int v = 0; v < problem.parameters; ++v) hidden.push_back(words.between(0, 1));
  for (int s = 0; s < samples; ++s) {
    const std::int64_t first = next, count = words.between(3, 5);
    next += count;
    const auto any = [&] {
      const int at = words.between(0, static_cast<int>(problem.parameters + count) - 1);
      return at < problem.parameters ? at : first + at - problem.parameters;
    };
    for (int v = 0; v < count; ++v) problem.variables.push_back({VariableKind::slack, s, 0, 0, -1, -1, -1, v});
    for (int v = 0; v < count; ++v) hidden.push_back(words.between(0, 1));
    const int factor = words.between(0, static_cast<int>(problem.parameters) - 1);
    hidden[static_cast<std::size_t>(first)] =
        hidden[static_cast<std::size_t>(first) + 1] * hidden[static_cast<std::size_t>(factor)];
    problem.products.push_back({first, first + 1, factor});
    for (int r = words.between(1, 3); r > 0; --r) {
      std::int64_t rhs = 0;
      for (int e = words.between(1, 6); e > 0; --e) {  // variables may repeat
        problem.rows.variable.push_back(any());
        problem.rows.coefficient.push_back(words.between(-4, 4));
        rhs += problem.rows.coefficient.back() * hidden[static_cast<std::size_t>(problem.rows.variable.back())];
      }
      problem.rows.start.push_back(std::ssize(problem.rows.variable));
      problem.rows.rhs.push_back(rhs);
      problem.rows.kind.push_back(RowKind::interval);
      problem.rows.sample.push_back(s);
    }
    for (int t = words.between(0, 6); t > 0; --t) {
      const std::int64_t a = any(), b = s == 0 ? any() : first;  // of parameters alone: in the first block
      problem.objective.push_back({std::min(a, b), std::max(a, b), words.between(-9, 9)});
    }
    problem.constant += words.between(-5, 5);
  }
  problem.all_variables = next;
  return problem;
}

Point random_point(Words& words, const Qcbo& problem) {
  Point x;
  for (std::int64_t v = 0; v < problem.all_variables; ++v) x.push_back(words.between(0, 1));
  return x;
}

int at(const Point& x, std::int64_t v) { return x[static_cast<std::size_t>(v)]; }

double objective(const Qcbo& problem, const Point& x) {
  std::int64_t sum = problem.constant;
  for (const Term& t : problem.objective) sum += t.coefficient * at(x, t.i) * at(x, t.j);
  return problem.unit * static_cast<double>(sum);
}

/// Sum of the squared residuals and Rosenberg forms: 0 where the point is feasible.
std::int64_t penalty(const Qcbo& problem, const Point& x) {
  std::int64_t sum = 0;
  for (std::size_t r = 0; r < problem.rows.size(); ++r) {
    std::int64_t residual = -problem.rows.rhs[r];
    for (auto e = problem.rows.entries(r); e; ++e) residual += e.value() * at(x, e.col());
    sum += residual * residual;
  }
  for (const auto& [u, w, b] : problem.products) {
    const int product = at(x, w) * at(x, b);
    sum += product - 2 * at(x, u) * (at(x, w) + at(x, b)) + 3 * at(x, u);
  }
  return sum;
}

double lifted(const Qcbo& problem, const Point& x, double multiplier) {
  return objective(problem, x) + multiplier * static_cast<double>(penalty(problem, x));
}

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

/// Values of the problem and of what was read at random points.
template <class Value>
void compare(Words& words, const Qcbo& problem, double multiplier, Value&& value) {
  for (int i = 0; i < 30; ++i) {
    const Point x = random_point(words, problem);
    BOOST_TEST(value(x) == lifted(problem, x, multiplier), boost::test_tools::tolerance(1e-12));
  }
}

double value_of(const SparseQubo& qubo, const Point& x) {
  double sum = qubo.constant;
  for (const auto& [i, j, value] : qubo.couplings) sum += value * at(x, i) * at(x, j);
  return sum;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::istringstream text(contents(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// The number behind "# NAME " or "# NAME=".
double comment_number(const std::vector<std::string>& lines, const std::string& name) {
  for (const std::string& line : lines)
    if (line.starts_with("# " + name)) return std::stod(line.substr(name.size() + 3));
  BOOST_FAIL("no comment " + name);
  return 0;
}

/// "i j value" lines of variables 0 .. count - 1.
double coo_value(const std::vector<std::string>& lines, const Point& x) {
  double sum = 0;
  for (const std::string& line : lines) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    std::int64_t i = 0, j = 0;
    double value = 0;
    fields >> i >> j >> value;
    BOOST_REQUIRE((fields && i <= j));
    sum += value * at(x, i) * at(x, j);
  }
  return sum;
}

struct Case {
  TemporaryFolder folder;
  Words words;
  int samples;
  Qcbo problem;

  explicit Case(std::uint64_t seed)
      : words(seed), samples(words.between(1, 4)), problem(random_problem(words, samples)) {}
};

constexpr std::uint64_t cases = 10;  // each flushes files to disk

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

namespace {

/// Whatever the parameters are, the blocks can be completed: rows p + q = v + v' and a product v p'.
Qcbo completable_problem(Words& words) {
  Qcbo problem;
  problem.parameters = problem.first_variable = 4;
  problem.unit = 0.25;
  problem.all_variables = 4;
  for (int s = 0; s < 3; ++s) {
    const std::int64_t first = problem.all_variables;
    const int p = words.between(0, 3), q = (p + words.between(1, 3)) % 4;
    for (int v = 0; v < 3; ++v) problem.variables.push_back({VariableKind::slack, s, 0, 0, -1, -1, -1, v});
    problem.all_variables += 3;
    for (const std::int64_t v : {std::int64_t{p}, std::int64_t{q}, first, first + 1}) {
      problem.rows.variable.push_back(v);
      problem.rows.coefficient.push_back(v < 4 ? 1 : -1);
    }
    problem.rows.start.push_back(std::ssize(problem.rows.variable));
    problem.rows.rhs.push_back(0);
    problem.rows.kind.push_back(RowKind::interval);
    problem.rows.sample.push_back(s);
    problem.products.push_back({first + 2, first, words.between(0, 3)});
    for (int t = 0; t < 4; ++t)
      problem.objective.push_back({words.between(0, 3), first + words.between(0, 2), words.between(-9, 9)});
  }
  return problem;
}

/// Whether the QUBO's minimum, by enumeration, is feasible.
bool minimum_is_feasible(const Qcbo& problem, const SparseQubo& qubo) {
  double least = HUGE_VAL;
  bool is_feasible = false;
  for (int bits = 0; bits < 1 << problem.all_variables; ++bits) {
    Point x;
    for (int v = 0; v < problem.all_variables; ++v) x.push_back((bits >> v) & 1);
    if (const double value = value_of(qubo, x); value < least) {
      least = value;
      is_feasible = penalty(problem, x) == 0;
    }
  }
  return is_feasible;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_default_multiplier_makes_minima_feasible) {
  int misled = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Words words(seed);
    const Qcbo problem = completable_problem(words);
    const SparseQubo qubo = lift_uniformly(problem, std::nullopt);
    BOOST_TEST(qubo.multiplier == sufficient_multiplier(largest_objective_spread(problem), problem.unit));
    BOOST_TEST(minimum_is_feasible(problem, qubo));
    misled += minimum_is_feasible(problem, lift_uniformly(problem, 0.05)) ? 0 : 1;
  }
  BOOST_TEST(misled > 5);  // the multiplier matters
}

BOOST_AUTO_TEST_CASE(coo_files_have_the_energies_of_the_qubo) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Case c(seed);
    const SparseQubo qubo = lift_uniformly(c.problem, 3.0);
    write_qubo_text(c.folder / "qubo", qubo);
    write_dimod_coo(c.folder / "coo", qubo);
    const auto lines = lines_of(c.folder / "qubo"), dimod = lines_of(c.folder / "coo");
    BOOST_TEST(comment_number(lines, "variables") == static_cast<double>(c.problem.all_variables));
    compare(c.words, c.problem, 3,
            [&](const Point& x) { return coo_value(lines, x) + comment_number(lines, "offset"); });
    BOOST_TEST(dimod.front() == "# vartype=BINARY");
    for (const std::string& line : dimod)
      BOOST_TEST((line.starts_with('#') || line.find('e') == std::string::npos), line);
    compare(c.words, c.problem, 3,
            [&](const Point& x) { return coo_value(dimod, x) + comment_number(dimod, "offset"); });
  }
}

BOOST_AUTO_TEST_CASE(the_ising_matrix_has_the_energies_of_the_qubo) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Case c(seed);
    const IsingOffset summary = write_ising_csv(c.folder / "j.csv", lift_uniformly(c.problem, 3.0));
    const auto lines = lines_of(c.folder / "j.csv");
    std::vector<std::vector<double>> matrix;
    for (const std::string& line : lines) {
      if (line.starts_with('#')) continue;
      std::istringstream fields(line);
      matrix.emplace_back();
      for (std::string field; std::getline(fields, field, ',');) matrix.back().push_back(std::stod(field));
    }
    const std::size_t n = matrix.size();
    BOOST_REQUIRE(n == static_cast<std::size_t>(c.problem.all_variables) + 1);
    BOOST_TEST(summary.spins == static_cast<std::int64_t>(n));
    BOOST_TEST(summary.offset == comment_number(lines, "offset"));
    for (std::size_t a = 0; a < n; ++a) {
      BOOST_REQUIRE(matrix[a].size() == n);
      BOOST_TEST(matrix[a][a] == 0);
      for (std::size_t b = 0; b < n; ++b) BOOST_TEST(matrix[a][b] == matrix[b][a]);
    }
    compare(c.words, c.problem, 3, [&](const Point& x) {
      const int ancilla = 2 * c.words.between(0, 1) - 1;
      std::vector<int> spins;
      for (const int bit : x) spins.push_back((2 * bit - 1) * ancilla);
      spins.push_back(ancilla);
      double energy = summary.offset;
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b < n; ++b) energy -= matrix[a][b] * spins[a] * spins[b];
      return energy;
    });
  }
  SparseQubo large;
  large.variables = largest_dense_spins;
  const TemporaryFolder folder;
  const std::string message =
      message_of<InputError>([&] { static_cast<void>(write_ising_csv(folder / "j.csv", large)); });
  BOOST_TEST(mentions(message, {"8193 x 8193", "8192", "--format qubo"}), message);
}

namespace {

/// A mathematical program as a file states it: what the two readers below make.
struct Program {
  double constant = 0;
  std::map<std::pair<std::string, std::string>, double> pairs;
  std::map<std::string, double> linear;
  struct Constraint {
    std::map<std::string, double> form;
    double low, high;
  };
  std::vector<Constraint> constraints;
  std::set<std::string> binaries;
};

/// True if the program's constraints hold at x exactly where the problem's do, and its objective is the problem's
/// there.
void expect_same(Words& words, const Qcbo& problem, const Program& program) {
  const std::vector<std::string> names = names_of(problem);
  BOOST_TEST((program.binaries == std::set<std::string>(names.begin(), names.end())));
  int feasible = 0;
  const std::int64_t points = problem.all_variables <= 14 ? std::int64_t{1} << problem.all_variables : 4000;
  for (std::int64_t point = 0; point < points; ++point) {
    Point x = random_point(words, problem);
    if (problem.all_variables <= 14)
      for (std::size_t v = 0; v < x.size(); ++v) x[v] = static_cast<int>(point >> v) & 1;
    std::map<std::string, double> values;
    for (std::size_t v = 0; v < names.size(); ++v) values[names[v]] = x[v];
    values["one"] = 1;
    const auto value = [&](const std::string& name) {
      if (const auto known = values.find(name); known != values.end()) return known->second;
      std::int64_t i = 0, j = 0;
      BOOST_REQUIRE(std::sscanf(name.c_str(), "q.%ld.%ld", &i, &j) == 2);
      return static_cast<double>(at(x, i) * at(x, j));
    };
    double sum = program.constant;
    for (const auto& [name, coefficient] : program.linear) sum += coefficient * value(name);
    for (const auto& [pair, coefficient] : program.pairs) sum += coefficient * value(pair.first) * value(pair.second);
    BOOST_REQUIRE(std::abs(sum - objective(problem, x)) < 1e-12);
    bool holds = true;
    for (const auto& [form, low, high] : program.constraints) {
      double left = 0;
      for (const auto& [name, coefficient] : form) left += coefficient * value(name);
      holds = holds && left >= low && left <= high;
    }
    BOOST_REQUIRE(holds == (penalty(problem, x) == 0));
    feasible += holds ? 1 : 0;
  }
  if (points != 4000) BOOST_TEST(feasible > 0);
}

Program read_qplib(const std::filesystem::path& path) {
  std::istringstream text;
  std::string stripped;
  for (const std::string& line : lines_of(path)) stripped += line.substr(0, line.find('#')) + "\n";
  text.str(stripped);
  Program program;
  std::string name, type, sense;
  std::int64_t n = 0, m = 0;
  text >> name >> type >> sense >> n >> m;
  BOOST_REQUIRE((type == "QBL" || type == "LBL"));
  BOOST_REQUIRE(sense == "minimize");
  const auto number = [&] {
    std::string word;
    text >> word;
    return std::stod(word);
  };
  const auto label = [](std::int64_t v) { return std::to_string(v); };
  const auto index = [&] { return label(static_cast<std::int64_t>(number())); };
  const auto count = [&] { return static_cast<std::int64_t>(number()); };
  if (type == "QBL")
    for (std::int64_t k = count(); k > 0; --k) {
      const std::string i = index(), j = index();
      BOOST_TEST(std::stol(i) > std::stol(j));
      program.pairs[{i, j}] = number() / 2;  // the files of the library mean v/2 x_i x_j
    }
  const double linear = number();
  for (std::int64_t v = 1; v <= n; ++v) program.linear[label(v)] = linear;
  for (std::int64_t k = count(); k > 0; --k) {
    const std::string v = index();
    program.linear[v] = number();
  }
  program.constant = number();
  program.constraints.resize(static_cast<std::size_t>(m));
  for (std::int64_t k = count(); k > 0; --k) {
    const auto row = static_cast<std::size_t>(number()) - 1;
    const std::string v = index();
    program.constraints.at(row).form[v] = number();
  }
  const double infinity = number();
  for (double Program::Constraint::*side : {&Program::Constraint::low, &Program::Constraint::high}) {
    const double usual = number();
    for (auto& constraint : program.constraints)
      constraint.*side = std::abs(usual) >= infinity ? std::copysign(HUGE_VAL, usual) : usual;
    for (std::int64_t k = count(); k > 0; --k) {
      const auto row = static_cast<std::size_t>(number()) - 1;
      program.constraints.at(row).*side = number();
    }
  }
  for (int part = 0; part < 3; ++part) {
    BOOST_TEST(number() == 0);
    BOOST_TEST(count() == 0);
  }
  std::map<std::string, std::string> names;
  for (std::int64_t k = count(); k > 0; --k) {
    const std::string v = index();
    text >> names[v];
    program.binaries.insert(names[v]);
  }
  BOOST_TEST(count() == 0);
  Program named = program;
  named.pairs.clear();
  named.linear.clear();
  for (const auto& [pair, value] : program.pairs) named.pairs[{names.at(pair.first), names.at(pair.second)}] = value;
  for (const auto& [v, value] : program.linear) named.linear[names.at(v)] = value;
  for (auto& constraint : named.constraints) {
    std::map<std::string, double> form;
    for (const auto& [v, value] : constraint.form) form[names.at(v)] = value;
    constraint.form = form;
  }
  return named;
}

Program read_lp(const std::filesystem::path& path) {
  std::string stripped;
  for (const std::string& line : lines_of(path)) stripped += line.substr(0, line.find('\\')) + "\n";
  std::istringstream text(stripped);
  Program program;
  std::string word;
  const auto read_form = [&](std::map<std::string, double>& form) {  // until a word that is no sign
    for (text >> word; word == "+" || word == "-"; text >> word) {
      const double sign = word == "-" ? -1 : 1;
      double coefficient = 0;
      std::string name;
      text >> coefficient >> name;
      BOOST_TEST(form.count(name) == 0U);
      form[name] = sign * coefficient;
    }
  };
  text >> word;
  BOOST_REQUIRE(word == "Minimize");
  text >> word;
  BOOST_REQUIRE(word == "objective:");
  read_form(program.linear);
  BOOST_REQUIRE(word == "Subject");
  text >> word;
  for (text >> word; word != "Bounds"; text >> word) {
    BOOST_REQUIRE(word.ends_with(':'));
    Program::Constraint constraint{{}, -HUGE_VAL, 0};
    read_form(constraint.form);
    BOOST_REQUIRE((word == "=" || word == "<="));
    text >> constraint.high;
    if (word == "=") constraint.low = constraint.high;
    program.constraints.push_back(constraint);
  }
  while (text >> word && word != "Binaries") {
  }
  while (text >> word && word != "End") program.binaries.insert(word);
  BOOST_TEST(word == "End");
  return program;
}

}  // namespace

BOOST_AUTO_TEST_CASE(qplib_files_state_the_problem) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Case c(seed);
    write_qplib(c.folder / "p.qplib", c.problem, "random");
    expect_same(c.words, c.problem, read_qplib(c.folder / "p.qplib"));
  }
}

BOOST_AUTO_TEST_CASE(lp_files_state_the_problem) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Case c(seed);
    write_lp(c.folder / "p.lp", c.problem, "random");
    expect_same(c.words, c.problem, read_lp(c.folder / "p.lp"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
