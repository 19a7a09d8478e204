// results.h5: what is written comes back, and a damaged, foreign or contradicting file is refused.
#include <hdf5.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/error.hpp"
#include "files/h5.hpp"
#include "full_disk.hpp"
#include "namespaces.hpp"
#include "run/model_group.hpp"
#include "run/results_file.hpp"
#include "temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(io_results_file)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

Layer layer_of(int inputs, int units, const char* weights, const char* bias, std::vector<int> thresholds,
               std::vector<std::int8_t> values, std::vector<ActivationPiece> pieces) {
  return {.inputs = inputs,
          .units = units,
          .weights = make_codebook(weights),
          .bias = make_codebook(bias),
          .bias_unit = 3,
          .rms = 12.5,
          .thresholds = std::move(thresholds),
          .values = std::move(values),
          .cell_width = 4,
          .pieces = std::move(pieces)};
}

Model sample_model() {
  Model model;
  model.config_yaml = "schema: 1\nseed: 4\n";
  model.architecture = {.layers = {layer_of(6, 4, "1bit", "6bit", {0}, {-1, 1}, {{0, 1, 0}, {1, 1, 0}}),
                                   layer_of(4, 5, "ternary", "3bit", {-4, 0, 4, 9}, {-2, 0, 3, 7, 1},
                                            {{0, 1, 0}, {1, 2, 3}, {3, 1, 0}, {4, 1, 0}}),
                                   layer_of(5, 3, "2bit", "4bit", {}, {}, {})},
                        .classes = 3,
                        .loss = Loss::squared_hinge,
                        .loss_segments = 12,
                        .loss_degree = 2};
  model.bits = random_bits(model.architecture, 9);
  model.class_names = {"T-shirt/top", "Trouser", "Bag"};
  model.center = {0, 3, 15, 7, 2, 1};
  model.rows = 3;
  model.columns = 2;
  return model;
}

RunResults sample_results() {
  RunResults results;
  results.history = {{"qcgd", 1, 0.5, 10, 11, 12, 0.25, 1e-3, 0.5, std::nan("")},
                     {"polish", 2, 1.5, 9, 8, 7, 0.125, 0, 0.75, 0.7}};
  results.train_accuracy = 0.9;
  results.validation_accuracy = std::nan("");
  results.test_accuracy = 0.8;
  results.objective = -3.25;
  results.bits_per_parameter = 1.1;
  results.parameters = 70;
  results.train_samples = 100;
  results.validation_samples = 0;
  results.test_samples = 9;
  results.constraints = std::int64_t{1} << 40;
  results.spins = 1099;
  results.constraint_bytes = 12345;
  results.confusion = {3, 0, 0, 1, 2, 0, 0, 0, 3};
  results.stop_reason = "all 60 iterations are done";
  results.wall_seconds = 2.5;
  results.data_seconds = 0.25;
  return results;
}

/// All of a value as text, so that NaN equals NaN.
std::string text_of(const RunResults& r) {
  std::ostringstream text;
  text.precision(17);
  for (const HistoryRow& h : r.history) {
    text << h.phase << ' ' << h.iteration << ' ' << h.wall_seconds << ' ' << h.energy << ' ' << h.objective << ' '
         << h.incumbent_objective << ' ' << h.violation << ' ' << h.gap << ' ' << h.train_accuracy << ' '
         << h.validation_accuracy << '\n';
  }
  text << r.train_accuracy << ' ' << r.validation_accuracy << ' ' << r.test_accuracy << ' ' << r.objective << ' '
       << r.bits_per_parameter << ' ' << r.parameters << ' ' << r.train_samples << ' ' << r.validation_samples << ' '
       << r.test_samples << ' ' << r.constraints << ' ' << r.spins << ' ' << r.constraint_bytes << ' ' << r.stop_reason
       << ' ' << r.wall_seconds << ' ' << r.data_seconds;
  for (const std::int64_t count : r.confusion) text << ' ' << count;
  return text.str();
}

std::string text_of(const Model& m) {
  std::ostringstream text;
  text.precision(17);
  const auto list = [&](const auto& values) {
    for (const auto value : values) text << ' ' << static_cast<int>(value);
    text << '\n';
  };
  for (std::size_t l = 0; l < m.architecture.layers.size(); ++l) {
    const Layer& layer = m.architecture.layers[l];
    text << layer.inputs << ' ' << layer.units << ' ' << layer.weights.name << ' ' << layer.weights.offset << ' '
         << layer.bias.name << ' ' << layer.bias_unit << ' ' << layer.rms;
    list(layer.thresholds);
    list(layer.values);
    for (const ActivationPiece& piece : layer.pieces) list(std::array{piece.first_cell, piece.cells, piece.slope});
    text << (layer.is_output() ? 0 : layer.cell_width);
    list(layer.weights.steps);
    list(layer.bias.steps);
    list(m.bits[l].weights);
    list(m.bits[l].biases);
  }
  text << m.architecture.classes << ' ' << static_cast<int>(m.architecture.loss) << ' ' << m.architecture.loss_segments
       << ' ' << m.architecture.loss_degree << ' ' << m.rows << ' ' << m.columns << m.config_yaml;
  list(m.center);
  for (const std::string& name : m.class_names) text << name << ',';
  return text.str();
}

std::string both_texts(const std::filesystem::path& path) {
  return text_of(read_model(path)) + text_of(read_results(path));
}

void write_sample(const std::filesystem::path& path) {
  write_results(path, sample_model(), sample_results(),
                {{"host", "node1"}, {"finished_at", "2025-01-01 00:00"}, {"job", ""}});
}

std::string read_error(const std::filesystem::path& path) {
  return message_of<InputError>([&] { static_cast<void>(both_texts(path)); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(model_and_results_come_back) {
  const TemporaryFolder folder;
  const auto path = folder / "results.h5";
  write_sample(path);
  BOOST_TEST(text_of(read_model(path)) == text_of(sample_model()));
  BOOST_CHECK(read_model(path).bits == sample_model().bits);
  BOOST_TEST(text_of(read_results(path)) == text_of(sample_results()));
  BOOST_TEST(temporaries_in(folder.path()) == 0);
}

BOOST_AUTO_TEST_CASE(every_loss_comes_back) {
  const TemporaryFolder folder;
  for (const Loss loss : {Loss::hinge, Loss::squared_hinge, Loss::squared, Loss::logistic}) {
    Model model = sample_model();
    model.architecture.loss = loss;
    write_results(folder / "results.h5", model, RunResults{}, {});
    BOOST_TEST(text_of(read_model(folder / "results.h5")) == text_of(model));
  }
}

// Splines of losses came with version 1.1.
BOOST_AUTO_TEST_CASE(a_file_without_spline_of_the_loss_is_read) {
  const auto parts = [](bool is_old) {
    return h5::file_image("model", [&](const h5::Group& root) {
      write_model_group(root, sample_model());
      const h5::Group group = root.open_group("model");
      if (is_old)
        for (const char* name : {"loss_segments", "loss_degree"}) BOOST_REQUIRE(H5Adelete(group.id(), name) >= 0);
    });
  };
  const TemporaryFolder folder;
  for (const bool is_old : {false, true}) {
    overwrite(folder / "model.h5", parts(is_old));
    const Architecture read = read_model_group(h5::File(folder / "model.h5").root()).architecture;
    BOOST_TEST(read.loss_segments == (is_old ? Architecture{}.loss_segments : 12));
    BOOST_TEST(read.loss_degree == (is_old ? Architecture{}.loss_degree : 2));
  }
}

BOOST_AUTO_TEST_CASE(a_spline_of_the_loss_that_does_not_exist_is_refused) {
  const TemporaryFolder folder;
  Model model = sample_model();
  model.architecture.loss_degree = 3;
  const std::string message = message_of<SystemError>([&] { write_results(folder / "a.h5", model, RunResults{}, {}); });
  BOOST_TEST(mentions(message, {"loss_degree", "3 is outside 0 .. 2"}), message);
}

BOOST_AUTO_TEST_CASE(a_run_without_history_or_test_split_comes_back) {
  const TemporaryFolder folder;
  write_results(folder / "results.h5", sample_model(), RunResults{}, {});
  BOOST_TEST(text_of(read_results(folder / "results.h5")) == text_of(RunResults{}));
}

BOOST_AUTO_TEST_CASE(only_provenance_holds_times) {
  const TemporaryFolder folder;
  RunResults later = sample_results();
  later.wall_seconds = later.data_seconds = later.history[0].wall_seconds = 99;
  write_sample(folder / "a.h5");
  write_results(folder / "b.h5", sample_model(), later, {{"host", "node2"}});
  const std::string command =
      "h5diff --exclude-path /provenance " + (folder / "a.h5").string() + " " + (folder / "b.h5").string();
  if (std::system("h5diff --version > /dev/null 2>&1") != 0) {
    BOOST_TEST_MESSAGE("skipped: no h5diff here");
    return;
  }
  BOOST_TEST(std::system(command.c_str()) == 0);
}

BOOST_AUTO_TEST_CASE(missing_foreign_and_cut_files) {
  const TemporaryFolder folder;
  const auto path = folder / "results.h5";
  BOOST_TEST(mentions(read_error(path), {path.string(), "no such file"}), read_error(path));
  overwrite(path, "plain text");
  BOOST_TEST(mentions(read_error(path), {path.string(), "not a results file"}), read_error(path));
  overwrite(path, h5::file_image("empty", [](const h5::Group&) {}));
  BOOST_TEST(mentions(read_error(path), {path.string(), "not a results file"}), read_error(path));
  overwrite(path, h5::file_image("future", [](const h5::Group& root) {
              h5::write_attribute(root, "format", std::string("isinglass-results"));
              h5::write_attribute(root, "format_version", std::vector<std::int64_t>{2, 1});
            }));
  BOOST_TEST(mentions(read_error(path), {path.string(), "format version 2.1"}), read_error(path));
  write_sample(path);
  const std::string whole = contents(path);
  for (const std::size_t size : {whole.size() * 9 / 10, whole.size() / 2, std::size_t{100}}) {
    overwrite(path, whole.substr(0, size));
    BOOST_TEST(mentions(read_error(path), {path.string(), "damaged"}),
               size << " of " << whole.size() << ": " << read_error(path));
  }
}

BOOST_AUTO_TEST_CASE(no_flipped_bit_is_read_silently_wrong) {
  const TemporaryFolder folder;
  const auto path = folder / "results.h5";
  write_sample(path);
  const std::string whole = contents(path), expected = both_texts(path);
  std::size_t refused = 0, wrong = 0;
  for (std::size_t at = 0; at < whole.size(); at += 23) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    overwrite(path, damaged);
    try {
      wrong += both_texts(path) != expected ? 1 : 0;
    } catch (const InputError&) {
      ++refused;
    }
  }
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(refused > 0U);
  BOOST_TEST_MESSAGE(refused << " of " << whole.size() / 23 << " flips refused; the others hit unused space");
}

BOOST_AUTO_TEST_CASE(a_full_disk_keeps_the_old_file) {
  const TemporaryFolder folder;
  const auto path = folder / "results.h5";
  write_sample(path);
  const std::string before = contents(path);
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{1000}, rlim_t{before.size() / 2}, rlim_t{before.size() - 100}}) {
    const FullDisk full(bytes);
    const std::string message = message_of<SystemError>([&] { write_sample(path); });
    BOOST_TEST(mentions(message, {path.string(), "File too large"}), message);
  }
  BOOST_TEST(contents(path) == before);
  BOOST_TEST(temporaries_in(folder.path()) == 0);
  write_sample(path);
  BOOST_TEST(contents(path) == before);
}

BOOST_AUTO_TEST_CASE(a_model_that_contradicts_itself_is_not_written) {
  const TemporaryFolder folder;
  const auto path = folder / "results.h5";
  write_sample(path);
  const std::string before = contents(path);
  const auto expect_refused = [&](const Model& model, const std::string& problem) {
    const std::string message = message_of<SystemError>([&] { write_results(path, model, sample_results(), {}); });
    BOOST_TEST(mentions(message, {"results.h5", problem}), message);
    BOOST_TEST(contents(path) == before);
  };
  Model model = sample_model();
  model.center.pop_back();
  expect_refused(model, "center");
  model = sample_model();
  model.class_names.pop_back();
  expect_refused(model, "class_names");
  model = sample_model();
  model.bits[1].weights.pop_back();
  expect_refused(model, "weight_bits");
  model = sample_model();
  model.bits[0].biases[0] = 2;
  expect_refused(model, "0 or 1");
  model = sample_model();
  std::swap(model.architecture.layers[1].thresholds[0], model.architecture.layers[1].thresholds[1]);
  expect_refused(model, "ascend");
}

/// Before there were linear pieces: every cell is a constant piece.
BOOST_AUTO_TEST_CASE(a_model_without_pieces_is_read) {
  const TemporaryFolder folder;
  overwrite(folder / "old.h5", h5::file_image("old", [](const h5::Group& root) {
              write_model_group(root, sample_model());
              for (const char* layer : {"/model/layer_0", "/model/layer_1"}) {
                const h5::Group group = root.open_group(layer);
                BOOST_REQUIRE(H5Ldelete(group.id(), "pieces", H5P_DEFAULT) >= 0);
                BOOST_REQUIRE(H5Adelete(group.id(), "cell_width") >= 0);
              }
            }));
  const Model model = read_model_group(h5::File(folder / "old.h5").root());
  const std::vector<ActivationPiece> constants{{0, 1, 0}, {1, 1, 0}, {2, 1, 0}, {3, 1, 0}, {4, 1, 0}};
  BOOST_CHECK(model.architecture.layers[1].pieces == constants);
  BOOST_TEST(model.architecture.layers[1].values.size() == 5U);
}

BOOST_AUTO_TEST_CASE(pieces_that_contradict_the_cells_are_not_written) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::vector<ActivationPiece>& pieces, int cell_width, const std::string& problem) {
    Model model = sample_model();
    model.architecture.layers[1].pieces = pieces;
    model.architecture.layers[1].cell_width = cell_width;
    const std::string message =
        message_of<SystemError>([&] { write_results(folder / "results.h5", model, sample_results(), {}); });
    BOOST_TEST(mentions(message, {"layer_1", problem}), message);
  };
  const std::string contradiction = "contradict thresholds";
  refused({{0, 1, 0}, {1, 2, 3}, {3, 1, 0}, {4, 1, 0}}, 5, contradiction);  // another width
  refused({{0, 1, 0}, {1, 2, 2}, {3, 1, 0}, {4, 1, 0}}, 4, contradiction);  // another slope
  refused({{0, 1, 0}, {1, 2, 0}, {3, 1, 0}, {4, 1, 0}}, 4, contradiction);  // constant over two values
  refused({{0, 1, 0}, {1, 3, 3}, {4, 1, 0}}, 4, contradiction);             // a cell of another width
  refused({{0, 2, 2}, {2, 1, 0}, {3, 1, 0}, {4, 1, 0}}, 4, contradiction);  // a line without end
  refused({{0, 1, 0}, {1, 1, 0}, {2, 1, 0}, {3, 2, -6}}, 4, contradiction);
  refused({{0, 1, 0}, {2, 1, 0}, {3, 1, 0}, {4, 1, 0}}, 4, "do not follow");
  refused({{0, 1, 0}, {1, 2, 3}, {3, 1, 0}}, 4, "do not cover");
  refused({{0, 1, 0}, {1, 5, 3}}, 4, "do not follow");
}

BOOST_AUTO_TEST_SUITE_END()
