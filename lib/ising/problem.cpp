#include "ising/problem.hpp"

#include "base/error.hpp"
#include "ising/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace isinglass::ising {

namespace {

/// Entries, two per coupling, are counted by 32 bits.
constexpr std::size_t most_couplings = std::numeric_limits<std::int32_t>::max() / 2;

/// J s in double precision, for each form; sums in the order of the columns.
struct Multiply {
  const Eigen::VectorXd& s;

  Eigen::VectorXd operator()(const SparseCouplings& j) const { return j * s; }
  Eigen::VectorXd operator()(const DenseCouplings& j) const {
    Eigen::VectorXd out(s.size());
    for (Eigen::Index i = 0; i < s.size(); ++i) out[i] = dot_in_order(j.row(i), s);
    return out;
  }
  Eigen::VectorXd operator()(const FactoredCouplings& j) const {
    Eigen::VectorXd out = Eigen::VectorXd::Zero(s.size());
    for (Eigen::Index r = 0; r < j.weight.size(); ++r) {
      const Eigen::VectorXd f = j.factor.row(r).transpose().cast<double>();
      const double sum = dot_in_order(f, s);
      out.array() += j.weight[r] * f.array() * (sum - f.array() * s.array());  // without the diagonal
    }
    return out;
  }
  Eigen::VectorXd operator()(const MatrixFreeCouplings& j) const {
    const Eigen::VectorXf x = s.cast<float>();
    Eigen::VectorXf out(x.size());
    const auto n = static_cast<std::size_t>(x.size());
    j.multiply({x.data(), n}, {out.data(), n}, 1);
    return out.cast<double>();
  }
};

Eigen::VectorXd multiplied(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  const Eigen::VectorXd s = vector_view(spins).cast<double>();
  return std::visit(Multiply{s}, problem.couplings);
}

DenseCouplings dense_by_columns(const IsingProblem& problem) {
  const std::size_t n = problem.spins;
  DenseCouplings dense(n, n);
  const auto& free = std::get<MatrixFreeCouplings>(problem.couplings);
  std::vector<float> unit(n), column(n);
  for (std::size_t i = 0; i < n; ++i) {
    unit[i] = 1;
    free.multiply(unit, column, 1);
    unit[i] = 0;
    dense.row(i) = vector_view(column).transpose().cast<double>();
  }
  return dense;
}

DenseCouplings dense_of_factors(const FactoredCouplings& factored) {
  const Eigen::Index n = factored.factor.cols();
  DenseCouplings dense = DenseCouplings::Zero(n, n);
  for (Eigen::Index r = 0; r < factored.weight.size(); ++r) {
    const Eigen::VectorXd f = factored.factor.row(r).transpose().cast<double>();
    dense.noalias() += factored.weight[r] * f * f.transpose();
  }
  return dense;
}

void check_sparse(const SparseCouplings& j, std::size_t spins) {
  if (j.rows() != j.cols() || static_cast<std::size_t>(j.rows()) != spins)
    throw InputError("Ising problem: the sizes of the sparse couplings do not agree");
  for (std::size_t i = 0; i < spins; ++i)
    for (SparseCouplings::InnerIterator k(j, i); k; ++k)
      if (k.col() < 0 || k.col() >= j.cols() || k.col() == k.row() || !std::isfinite(k.value()))
        throw InputError(fmt::format("Ising problem: a coupling of spin {} is out of range or not finite", i));
}

void check_groups(const IsingProblem& problem) {
  std::vector<std::uint8_t> used(problem.spins);
  for (const OneHotGroup& group : problem.groups)
    for (const std::int32_t i : group) {
      if (i < 0 || static_cast<std::size_t>(i) >= problem.spins || used[static_cast<std::size_t>(i)] != 0)
        throw InputError(fmt::format("Ising problem: spin {} is out of range or in two one-hot groups", i));
      used[static_cast<std::size_t>(i)] = 1;
    }
}

}  // namespace

double energy(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  const Eigen::VectorXd js = multiplied(problem, spins);
  double sum = problem.offset;
  for (std::size_t i = 0; i < problem.spins; ++i) sum += (0.5 * js[i] + problem.fields[i]) * spins[i];
  return sum;
}

std::vector<double> local_fields(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  std::vector<double> fields(problem.spins);
  vector_view(fields) = multiplied(problem, spins) + vector_view(problem.fields);
  return fields;
}

bool keeps_groups(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  return std::ranges::all_of(problem.groups, [&](const OneHotGroup& group) {
    return std::ranges::count_if(group, [&](std::int32_t i) { return spins[static_cast<std::size_t>(i)] > 0; }) == 1;
  });
}

DenseCouplings to_dense(const IsingProblem& problem) {
  if (problem.spins > largest_dense)
    throw InputError(
        fmt::format("{} spins: a dense matrix of more than {} rows is refused; use a machine that takes the problem "
                    "as it is (sb, dsb)",
                    problem.spins, largest_dense));
  if (const auto* dense = std::get_if<DenseCouplings>(&problem.couplings)) return *dense;
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) return DenseCouplings(*sparse);
  const auto* factored = std::get_if<FactoredCouplings>(&problem.couplings);
  DenseCouplings dense = factored != nullptr ? dense_of_factors(*factored) : dense_by_columns(problem);
  dense.diagonal().setZero();
  return dense;
}

SparseCouplings to_sparse(const IsingProblem& problem) {
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) return *sparse;
  return to_dense(problem).sparseView();
}

SparseCouplings sparse_couplings(std::size_t spins, std::span<const Coupling> pairs,
                                 const std::function<void()>& look) {
  constexpr std::size_t between_looks = std::size_t{1} << 20;
  if (pairs.size() > most_couplings)
    throw InputError(
        fmt::format("{} couplings: more than an Ising problem can hold ({})", pairs.size(), most_couplings));
  // By rows: where each begins, then its entries in the order of the pairs.
  std::vector<std::size_t> at(spins + 1);
  for (const Coupling& c : pairs) {
    ++at[static_cast<std::size_t>(c.i)];
    ++at[static_cast<std::size_t>(c.j)];
  }
  std::exclusive_scan(at.begin(), at.end(), at.begin(), std::size_t{0});
  look();
  struct Entry {
    std::int32_t column;
    double value;
  };
  std::vector<Entry> entries(2 * pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const Coupling& c = pairs[k];
    entries[at[static_cast<std::size_t>(c.i)]++] = {c.j, c.value};
    entries[at[static_cast<std::size_t>(c.j)]++] = {c.i, c.value};
    if ((k + 1) % between_looks == 0) look();
  }
  SparseCouplings sparse(static_cast<Eigen::Index>(spins), static_cast<Eigen::Index>(spins));
  sparse.reserve(std::ssize(entries));
  std::size_t begin = 0, seen = 0;
  for (std::size_t i = 0; i < spins; begin = at[i++]) {  // at[i] is now the end of row i
    sparse.startVec(static_cast<Eigen::Index>(i));
    const std::span<Entry> row(entries.data() + begin, at[i] - begin);
    if (!std::ranges::is_sorted(row, {}, &Entry::column)) std::ranges::stable_sort(row, {}, &Entry::column);
    for (std::size_t k = 0; k < row.size();) {
      const std::int32_t column = row[k].column;
      double sum = 0;
      for (; k < row.size() && row[k].column == column; ++k) sum += row[k].value;
      if (sum != 0) sparse.insertBack(static_cast<Eigen::Index>(i), column) = sum;
    }
    if ((seen += row.size() + 1) >= between_looks) {
      seen = 0;
      look();
    }
  }
  sparse.finalize();
  return sparse;
}

IsingProblem with_group_penalties(const IsingProblem& problem, double penalty) {
  // With x = (1 + s) / 2 and k spins: (sum x - 1)^2 = (sum s + k - 2)^2 / 4, and s^2 = 1.
  std::vector<Coupling> pairs;
  const SparseCouplings sparse = to_sparse(problem);
  for (std::size_t i = 0; i < problem.spins; ++i)
    for (SparseCouplings::InnerIterator k(sparse, i); k; ++k)
      if (k.col() > k.row())
        pairs.push_back({static_cast<std::int32_t>(k.row()), static_cast<std::int32_t>(k.col()), k.value()});
  IsingProblem penalised{problem.spins, SparseCouplings{}, problem.fields, problem.offset};
  for (const OneHotGroup& group : problem.groups) {
    const double shift = static_cast<double>(group.size()) - 2;
    penalised.offset += penalty * (shift * shift + static_cast<double>(group.size())) / 4;
    for (std::size_t a = 0; a < group.size(); ++a) {
      penalised.fields[static_cast<std::size_t>(group[a])] += penalty * shift / 2;
      for (std::size_t b = a + 1; b < group.size(); ++b) pairs.push_back({group[a], group[b], penalty / 2});
    }
  }
  penalised.couplings = sparse_couplings(problem.spins, pairs);
  return penalised;
}

void check(const IsingProblem& problem) {
  if (problem.fields.size() != problem.spins)
    throw InputError(fmt::format("Ising problem: {} fields for {} spins", problem.fields.size(), problem.spins));
  if (!std::ranges::all_of(problem.fields, [](double h) { return std::isfinite(h); }) || !std::isfinite(problem.offset))
    throw InputError("Ising problem: a field or the offset is not finite");
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) check_sparse(*sparse, problem.spins);
  const auto n = static_cast<Eigen::Index>(problem.spins);
  if (const auto* dense = std::get_if<DenseCouplings>(&problem.couplings)) {
    if (dense->rows() != n || dense->cols() != n || !dense->allFinite())
      throw InputError("Ising problem: the dense couplings have a wrong size or are not finite");
  }
  if (const auto* factored = std::get_if<FactoredCouplings>(&problem.couplings)) {
    if (factored->factor.rows() != factored->weight.size() || factored->factor.cols() != n)
      throw InputError("Ising problem: the sizes of the factored couplings do not agree");
  }
  check_groups(problem);
  if (!(energy_size(problem) <= largest_energy_size))
    throw InputError(fmt::format(
        "Ising problem: energies may overflow: the magnitudes of all coefficients add up to more than {:.3g}; scale "
        "them down",
        largest_energy_size));
}

}  // namespace isinglass::ising
