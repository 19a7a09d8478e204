// Under mpirun: the blocks of the ranks are those that one rank builds, with the same numbers, and the counts are of
// all of them.
#define BOOST_TEST_MODULE qcbo_mpi
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include "mpi/mpi_main.hpp"
#include "namespaces.hpp"
#include "qcbo/counts.hpp"
#include "qcbo_problem.hpp"

#include <array>

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// Samples of one rank.
Samples shard_of(const Samples& all, ShardRange range) {
  Samples part;
  part.features = all.features;
  part.first = range.first;
  part.global_size = all.size();
  for (std::size_t s = range.first; s < range.last; ++s) {
    part.inputs.insert(part.inputs.end(), all.row(s).begin(), all.row(s).end());
    part.labels.push_back(all.labels[s]);
  }
  return part;
}

bool equal(const Qcbo& a, const Qcbo& b) {
  const auto same = [](const auto& x, const auto& y, auto fields) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [&](const auto& p, const auto& q) { return fields(p) == fields(q); });
  };
  return a.parameters == b.parameters && a.first_variable == b.first_variable && a.all_variables == b.all_variables &&
         a.constant == b.constant && a.rows.start == b.rows.start && a.rows.variable == b.rows.variable &&
         a.rows.coefficient == b.rows.coefficient && a.rows.rhs == b.rows.rhs && a.rows.kind == b.rows.kind &&
         a.rows.sample == b.rows.sample &&
         same(a.variables, b.variables, [](const Variable& v) { return name_of(v); }) &&
         same(a.products, b.products,
              [](const Product& p) {
                return std::array{p.u, p.w, p.b};
              }) &&
         same(a.objective, b.objective, [](const Term& t) {
           return std::array{t.i, t.j, t.coefficient};
         });
}

std::array<std::int64_t, 13> all_of(const QcboCounts& c) {
  return {c.parameter_bits, c.indicators,        c.slack_bits,  c.products,        c.one_hot_rows,
          c.interval_rows,  c.symmetry_rows,     c.row_entries, c.objective_terms, c.couplers,
          c.largest_row,    c.largest_objective, c.qcbo_bytes()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(ranks_build_the_parts_of_one_problem) {
  const Communicator world(MPI_COMM_WORLD);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const SplineProblem problem = small_spline_problem(seed, static_cast<int>(seed % 3), 7, {3, 5, 5, 1 << 20, 3});
    CompileOptions options;
    options.margin = seed % 4 == 0 ? 0.7 : 0;
    options.break_symmetry = seed % 2 == 0;
    const ShardRange range =
        shard_range(7, static_cast<std::size_t>(world.rank()), static_cast<std::size_t>(world.size()));
    const Samples shard = shard_of(problem.samples, range);
    const ProblemPlan here(problem.architecture, problem.loss, shard, options, world);
    const ProblemPlan alone(problem.architecture, problem.loss, problem.samples, options, Communicator());
    const Qcbo mine = Compiler(here, world).block(0, shard.size());
    BOOST_TEST(equal(mine, Compiler(alone, Communicator()).block(range.first, range.last)));
    BOOST_TEST(all_of(count_qcbo(here, world)) == all_of(count_qcbo(alone, Communicator())));
  }
}

int main(int argc, char** argv) { return isinglass::testing::run_on_all_ranks(argc, argv); }
