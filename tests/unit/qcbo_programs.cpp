// QPLIB and LP files: the mathematical program that they state is the problem.
#include "formats/export.hpp"
#include "formats/linear_form.hpp"
#include "namespaces.hpp"
#include "qcbo_blocks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <map>
#include <set>
#include <sstream>

BOOST_AUTO_TEST_SUITE(qcbo_programs)

using namespace isinglass;
using namespace isinglass::testing;
using namespace isinglass::testing::blocks;

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
