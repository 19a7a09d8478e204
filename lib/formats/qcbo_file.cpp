#include "formats/qcbo_file.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "files/atomic_file.hpp"
#include "files/h5_dataset.hpp"
#include "files/posix_file.hpp"
#include "formats/block_writer.hpp"
#include "parallel/agreement.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace isinglass::formats {

/// Stands for a column where only its element type matters.
template <class T>
struct NoColumn {
  using Element = T;
};

namespace {

namespace fs = std::filesystem;

/// Calls visit(table, group, name, column) for each dataset that the options ask for.
template <class Visit>
void for_each_dataset(const QcboFileOptions& options, Visit&& visit) {
  QcboColumns<NoColumn> columns;
  if (options.with_problem) for_each_problem_column(columns, visit);
  if (options.with_qubo) for_each_qubo_column(columns, visit);
}

std::int64_t data_bytes(const QcboMeasure& measure, const QcboFileOptions& options) {
  std::int64_t bytes = 0;
  for_each_dataset(options, [&]<class T>(Table table, const char*, const char*, NoColumn<T>) {
    bytes += measure.total[table] * static_cast<std::int64_t>(sizeof(T));
  });
  return bytes;
}

/// A full disk would be told by the system too, but not how much is missing.
void check_disk(const fs::path& path, std::int64_t bytes) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code unknown;
  const fs::space_info space = fs::space(folder, unknown);
  if (unknown || static_cast<std::uintmax_t>(bytes) <= space.available) return;
  throw SystemError(fmt::format(
      "{}: needs {} on disk, and {} are free: compile fewer samples (data.train_samples), or leave out what is "
      "not needed (--with)",
      path.string(), bytes_text(bytes), bytes_text(static_cast<std::int64_t>(space.available))));
}

/// One process's part of writing: the file without the elements of its datasets.
class Layout {
public:
  Layout(const fs::path& path, const BlockSource& source, const QcboFileOptions& options, const QcboMeasure& measure,
         double multiplier)
      : path_(path), source_(source), options_(options), measure_(measure), multiplier_(multiplier) {}

  /// Makes the file with room for all elements. Returns the places of the datasets.
  [[nodiscard]] std::vector<std::int64_t> create(std::int64_t bytes) const {
    constexpr std::size_t metadata = std::size_t{1} << 18;  // generous
    const std::string image = h5::file_image(path_.string(), [&](const h5::Group& root) { write_texts(root); });
    std::vector<std::int64_t> places;
    h5::lay_out_file(path_, image, static_cast<std::size_t>(bytes) + metadata,
                     [&](const h5::Group& root) { places = create_datasets(root); });
    return places;
  }

  /// The checksums, and last the mark that all is there.
  void complete(const std::vector<std::int64_t>& checksums) const {
    h5::change_file(path_, [&](const h5::Group& root) {
      std::size_t at = 0;
      for_each_dataset(options_, [&](Table, const char* group, const char* name, auto) {
        h5::change_attribute(root.open_group(group), checksum_name(name), checksums[at++]);
      });
      h5::change_attribute(root, qcbo_format.last_mark, 1);
    });
  }

private:
  void write_texts(const h5::Group& root) const {
    files::write_format(root, qcbo_format);
    h5::write_attribute(root, qcbo_format.last_mark, std::int64_t{0});
    files::write_config_text(root, options_.config_yaml);
    const h5::Group counts = root.create_group("counts");
    h5::write_attribute(counts, "parameter_bits", std::ssize(source_.parameters));
    h5::write_attribute(counts, "spins", measure_.total[Table::variables]);
    for (const auto& [name, count] : options_.counts)
      if (!counts.has_attribute(name)) h5::write_attribute(counts, name, count);
    if (options_.with_problem) write_problem_attributes(root);
    if (options_.with_qubo) write_qubo_attributes(root);
  }

  void write_problem_attributes(const h5::Group& root) const {
    for (const char* name : {"variables", "rows", "products"}) static_cast<void>(root.create_group(name));
    const h5::Group objective = root.create_group("objective");
    h5::write_attribute(objective, "constant", measure_.constant);
    h5::write_attribute(objective, "unit", source_.unit);
  }

  void write_qubo_attributes(const h5::Group& root) const {
    const LiftedTerm constant{0, 0, measure_.constant, measure_.penalty_constant};
    const h5::Group qubo = root.create_group("qubo");
    h5::write_attribute(qubo, "constant", constant.value(source_.unit, multiplier_));
    h5::write_attribute(qubo, "multiplier", multiplier_);
  }

  [[nodiscard]] std::vector<std::int64_t> create_datasets(const h5::Group& root) const {
    std::vector<std::int64_t> places;
    for_each_dataset(options_, [&]<class T>(Table table, const char* group, const char* name, NoColumn<T>) {
      const h5::Group parent = root.open_group(group);
      places.push_back(h5::create_contiguous<T>(parent, name, {static_cast<hsize_t>(measure_.total[table])}));
      h5::write_attribute(parent, checksum_name(name), std::int64_t{0});
    });
    return places;
  }

  const fs::path& path_;
  const BlockSource& source_;
  const QcboFileOptions& options_;
  const QcboMeasure& measure_;
  double multiplier_;
};

/// Every rank writes its blocks into the file that rank 0 made, and reads them back.
std::vector<std::int64_t> write_blocks(const fs::path& path, const BlockSource& source, BlockWriter& writer,
                                       const files::PosixFile& file, const parallel::Communicator& comm) {
  if (comm.is_root()) writer.write_shared(source.parameters);
  for_each_block(source, [&](const qcbo::Qcbo& block) { writer.write(block); });
  writer.flush();
  file.flush();
  if (const files::PosixFile again(path, files::PosixFile::Use::read); writer.checksums_in(again) != writer.checksums())
    throw SystemError(path.string() + ": reads back otherwise than it was written");
  return writer.checksums();
}

/// The whole temporary file. The ranks agree after each step.
void write_together(const fs::path& path, const BlockSource& source, const QcboFileOptions& options,
                    const QcboMeasure& measure, double multiplier, const parallel::Communicator& comm) {
  const Layout layout(path, source, options, measure, multiplier);
  std::vector<std::int64_t> places, checksums;
  for_each_dataset(options, [&](Table, const char*, const char*, auto) { places.push_back(0); });
  parallel::agree<SystemError>(comm, [&] {
    if (comm.is_root()) places = layout.create(data_bytes(measure, options));
  });
  comm.broadcast(parallel::bytes_of(std::span(places)), 0);
  parallel::agree<SystemError>(comm, [&] {
    const files::PosixFile file(path, files::PosixFile::Use::write);
    BlockWriter writer(file, places, measure, options, multiplier, source.unit);
    checksums = write_blocks(path, source, writer, file, comm);
  });
  comm.all_sum(checksums);
  parallel::agree<SystemError>(comm, [&] {
    if (comm.is_root()) layout.complete(checksums);
  });
}

/// Samples that are built at once: enough to be quick, few enough that their blocks need little memory.
std::size_t batch_size(const qcbo::ProblemPlan& plan) {
  constexpr std::int64_t variables = 1 << 14;
  std::int64_t largest = 1;
  for (std::size_t s = 0; s < plan.samples().size(); ++s) largest = std::max(largest, plan.variables(s));
  return static_cast<std::size_t>(std::max<std::int64_t>(1, variables / largest));
}

}  // namespace

BlockSource source_of(const qcbo::Compiler& compiler) {
  BlockSource source;
  source.samples = compiler.plan().samples().size();
  source.batch = batch_size(compiler.plan());
  source.unit = compiler.plan().loss().unit;
  source.parameters = compiler.block(0, 0).shared;
  source.block = [&compiler](std::size_t first, std::size_t last) { return compiler.block(first, last); };
  return source;
}

QcboFileSummary write_qcbo(const fs::path& path, const BlockSource& source, const QcboFileOptions& options,
                           const parallel::Communicator& comm) {
  const QcboMeasure measure = measure_blocks(source, options, comm);
  QcboFileSummary summary{measure.total, data_bytes(measure, options), 0};
  if (options.with_qubo)
    summary.multiplier = options.multiplier.value_or(sufficient_multiplier(measure.largest_spread, source.unit));
  parallel::agree<SystemError>(comm, [&] {
    if (comm.is_root()) check_disk(path, summary.bytes);
  });
  const files::FileAction write = [&](const fs::path& temporary) {
    write_together(temporary, source, options, measure, summary.multiplier, comm);
  };
  files::write_atomically(path, write, {}, comm);
  return summary;
}

}  // namespace isinglass::formats
