"""DARTS: genotypes, isomorphism classes, the surrogate's inputs, closed forms."""

from __future__ import annotations

import json
import re
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import SpaceError
from bench.spaces import DARTS, DARTSSkeleton
from bench.spaces.darts import CELLS, OPERATIONS, PAIRS, SKIP

SPACE = DARTS()
seeds = st.integers(0, 2**32 - 1)

# The cells that the authors of DARTS found (second order); `DARTS_V2` in their repository.
DARTS_V2 = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
    "('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), "
    "('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), "
    "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"
)


def _nodes(cell):
    """Return, for nodes 2..5 of a cell of 11 categories, its edges as a set of (source, op)."""
    pairs = [PAIRS[0][0], *(PAIRS[i][cell[7 + i]] for i in (1, 2, 3))]
    return [{(pairs[i][j], cell[2 * i + j]) for j in (0, 1)} for i in range(4)]


def _cell(nodes):
    """Return the 11 categories of such nodes."""
    edges = [sorted(node) for node in nodes]
    pairs = [PAIRS[i].index(tuple(s for s, _ in edges[i])) for i in (1, 2, 3)]
    return [operation for node in edges for _, operation in node] + pairs


def _relabellings(cell):
    """Return this cell with its inner nodes in each valid order."""
    found = []
    for order in permutations(range(2, 6)):  # the nodes in their new order
        label = {0: 0, 1: 1, **{old: 2 + new for new, old in enumerate(order)}}
        nodes = [{(label[s], o) for s, o in _nodes(cell)[old - 2]} for old in order]
        if all(source < 2 + i for i, node in enumerate(nodes) for source, _ in node):
            found.append(_cell(nodes))
    return found


def _draw(seed, n):
    return SPACE.sample(np.random.default_rng(seed), n)


def test_size_fits_in_64_bits():
    assert SPACE.size == (7**8 * 3 * 6 * 10) ** 2
    assert SPACE.size < 2**63


def test_a_known_genotype_is_read_and_written():
    [architecture] = SPACE.from_strings([DARTS_V2])
    sep, skip, dil, pool = 3, 2, 5, 0
    assert architecture[:11].tolist() == [sep, sep, sep, sep, skip, sep, skip, dil, 0, 0, 1]
    assert architecture[11:19].tolist() == [pool, pool, pool, skip, pool, skip, pool, skip]
    assert architecture[19:].tolist() == [2, 1, 4]
    swapped = DARTS_V2.replace(
        "('sep_conv_3x3', 1), ('skip_connect', 0)", "('skip_connect', 0), ('sep_conv_3x3', 1)"
    )
    assert SPACE.to_strings([architecture])[0].startswith(swapped[:180])


@pytest.mark.parametrize(
    ("old", "new"),
    [("[2, 3, 4, 5]", "range(2, 6)"), ("'", '"'), ("=", " = "), (", ", ",\n  "), (")]", "),]")],
)
def test_other_spellings_of_the_same_genotype(old, new):
    spelled = DARTS_V2.replace(old, new)
    assert spelled != DARTS_V2
    assert np.array_equal(SPACE.from_strings([spelled]), SPACE.from_strings([DARTS_V2]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (DARTS_V2, "", r"not a DARTS genotype: ''; expected Genotype\(normal="),
        ("Genotype(", "exit(", r"expected Genotype\(normal="),
        ("[2, 3, 4, 5]", "[3, 4, 5]", r"expected Genotype\(normal="),
        ("('sep_conv_3x3', 0)", "__import__('os')", r"expected Genotype\(normal="),
        ("reduce_concat=[2, 3, 4, 5])", "reduce_concat=[2, 3, 4, 5]) or 1", r"expected Genotype"),
        ("('dil_conv_3x3', 2)", "('none', 2)", "operation 'none' in normal; expected one of max_p"),
        (", ('dil_conv_3x3', 2)", "", "7 edges in normal; expected 8"),
        ("('dil_conv_3x3', 2)", "('dil_conv_3x3', 5)", "node 5 of normal takes nodes 0 and 5; exp"),
        ("('skip_connect', 2)", "('skip_connect', 1)", "node 3 of reduce takes nodes 1 and 1; exp"),
    ],
)
def test_invalid_genotypes_are_refused(old, new, message):
    with pytest.raises(SpaceError, match=message):
        SPACE.from_strings([DARTS_V2, DARTS_V2.replace(old, new)])


def test_a_long_wrong_string_is_quoted_in_part():
    with pytest.raises(SpaceError) as caught:
        SPACE.from_strings(["Genotype(normal=[" + "('none', 0)  , " * 20000])
    assert len(str(caught.value)) < 600


@given(seeds)
def test_canonical_is_the_first_of_all_relabellings(seed):
    architectures = _draw(seed, 4)
    expected = [min(_relabellings(a[:11])) + min(_relabellings(a[11:])) for a in architectures]
    assert np.array_equal(SPACE.canonical(architectures), expected)


@given(seeds)
def test_canonical_is_constant_on_a_class(seed):
    [architecture] = _draw(seed, 1)
    members = [
        normal + reduction
        for normal in _relabellings(architecture[:11])
        for reduction in _relabellings(architecture[11:])
    ]
    assert architecture.tolist() in members
    assert len(np.unique(SPACE.canonical(members), axis=0)) == 1
    assert len(set(SPACE.class_keys(members))) == 1


def test_a_chain_has_one_order_and_a_fan_has_24():
    chain = [3] * 8 + [PAIRS[1].index((1, 2)), PAIRS[2].index((2, 3)), PAIRS[3].index((3, 4))]
    assert _relabellings(chain) == [chain]
    fan = [6, 6, 5, 5, 4, 4, 3, 3, 0, 0, 0]
    assert len(_relabellings(fan)) == 24
    assert SPACE.canonical([fan + chain])[0].tolist() == [3, 3, 4, 4, 5, 5, 6, 6, 0, 0, 0, *chain]


def _count_classes(operations):
    """Count the classes of cells by Burnside's lemma, without enumerating operations."""
    count, seen = 0, set()
    for topology in product(range(3), range(6), range(10)):
        sources = [PAIRS[0][0], *(PAIRS[1 + i][p] for i, p in enumerate(topology))]
        edges = [(2 + i, source) for i in range(4) for source in sources[i]]
        orbit, fixed = set(), []
        for order in permutations(range(2, 6)):
            label = {0: 0, 1: 1, **{old: 2 + new for new, old in enumerate(order)}}
            moved = [(label[target], label[source]) for target, source in edges]
            if all(source < target for target, source in moved):
                orbit.add(frozenset(moved))
                if set(moved) == set(edges):
                    fixed.append(dict(zip(edges, moved, strict=True)))
        if seen.isdisjoint(orbit):
            count += sum(operations ** _cycles(symmetry) for symmetry in fixed) // len(fixed)
        seen |= orbit
    return count


def _cycles(permutation):
    left, cycles = set(permutation), 0
    while left:
        cycles += 1
        element = next(iter(left))
        while element in left:
            left.remove(element)
            element = permutation[element]
    return cycles


def test_number_of_classes():
    two = np.array(list(product([SKIP, 3], repeat=8)))
    pairs = np.array(list(product(range(3), range(6), range(10))))
    cells = np.hstack([np.repeat(two, len(pairs), axis=0), np.tile(pairs, (len(two), 1))])
    listed = SPACE.canonical(np.hstack([cells, np.zeros_like(cells)]))
    assert len(np.unique(SPACE.index(listed))) == _count_classes(2) == 17531
    assert _count_classes(7) == 382_128_166


def test_surrogate_inputs_of_a_known_genotype():
    [inputs] = SPACE.yahpo_inputs(SPACE.from_strings([DARTS_V2]))
    avg, dil3, max_pool, sep3, skip = 1, 2, 4, 5, 7
    assert inputs[:14].tolist() == [
        sep3,
        sep3,
        sep3,
        sep3,
        0,
        skip,
        sep3,
        0,
        0,
        skip,
        0,
        dil3,
        0,
        0,
    ]
    assert inputs[14:19].tolist() == [max_pool, max_pool, 0, max_pool, skip]
    assert inputs[19:28].tolist() == [max_pool, 0, skip, 0, 0, max_pool, skip, 0, 0]
    assert inputs[28:].tolist() == [1, 1, 2, 3, 2, 5]
    assert avg not in inputs[:28]


@given(seeds)
def test_surrogate_inputs_are_unique_and_encode_the_edges(seed):
    architectures = _draw(seed, 8)
    inputs = SPACE.yahpo_inputs(architectures)
    assert inputs.shape == (8, 34)
    assert len(np.unique(inputs, axis=0)) == len(np.unique(architectures, axis=0))
    alphabetical = ["", *sorted(OPERATIONS)]
    starts = (0, 2, 5, 9)
    for first, edges in ((0, inputs[:, :14]), (11, inputs[:, 14:28])):
        for row, cell in zip(edges, architectures[:, first : first + 11], strict=True):
            for node, start in enumerate(starts):
                taken = {
                    (s, OPERATIONS.index(alphabetical[row[start + s]]))
                    for s in range(node + 2)
                    if row[start + s]
                }
                assert taken == _nodes(cell)[node]


def test_surrogate_inputs_match_the_published_configuration_space(real_tables):
    raw = real_tables / "raw" / "yahpo_data_v2_nb301"
    encoding = json.loads((raw / "encoding_v2.json").read_text(encoding="utf-8"))
    conditions = json.loads((raw / "config_space_v2.json").read_text(encoding="utf-8"))[
        "conditions"
    ]
    with np.load(real_tables / "nb301_yahpo_v2.npz") as surrogate:
        order = json.loads(bytes(surrogate["meta_json"]))["cat_names"]
        categories = [len(surrogate[f"emb{i:02}"]) for i in range(34)]
    assert len(order) == 34
    assert len(conditions) == 24

    architectures = _draw(0, 2000)
    inputs = SPACE.yahpo_inputs(architectures)
    assert (inputs.max(axis=0) == np.asarray(categories) - 1).all()
    prefix = "NetworkSelectorDatasetInfo_COLON_darts_COLON_"
    for row, string in zip(inputs, SPACE.to_strings(architectures), strict=True):
        configuration = dict.fromkeys(order, "#na#")
        for cell, text in zip(CELLS, string.split("_concat=")[:2], strict=True):
            edges = re.findall(r"\('(\w+)', (\d)\)", text)
            for node, start in zip(range(2, 6), (0, 2, 5, 9), strict=True):
                into_node = edges[2 * node - 4 : 2 * node - 2]
                for operation, source in into_node:
                    configuration[f"{prefix}edge_{cell}_{start + int(source)}"] = operation
                if node > 2:
                    key = f"{prefix}inputs_node_{cell}_{node}"
                    configuration[key] = "_".join(source for _, source in into_node)
        assert [encoding[name][configuration[name]] for name in order] == row.tolist()
        for rule in conditions:
            active = configuration[rule["parent"]] in rule["values"]
            assert active == (configuration[rule["child"]] != "#na#")


def test_size_of_the_published_network():
    [architecture] = SPACE.from_strings([DARTS_V2])
    evaluated = DARTSSkeleton(channels=36, cells=20)  # 3.3 M in their table 1
    assert evaluated.params([architecture])[0] == 3_349_342
    assert evaluated.flops([architecture])[0] / 1e6 == pytest.approx(528, abs=0.5)


@given(seeds)
def test_isomorphic_cells_have_the_same_size(seed):
    architectures = _draw(seed, 8)
    for measure in (DARTSSkeleton().params, DARTSSkeleton().flops):
        assert np.array_equal(measure(architectures), measure(SPACE.canonical(architectures)))


def _network(torch, architecture, skeleton):
    """Build the network of the paper for one architecture, on torch's current device."""
    nn = torch.nn

    def norm_after(*convolutions):
        return nn.Sequential(
            nn.ReLU(), *convolutions, nn.BatchNorm2d(convolutions[-1].out_channels)
        )

    def depthwise(c, kernel, stride, dilation):
        padding = dilation * (kernel // 2)
        return nn.Conv2d(c, c, kernel, stride, padding, dilation, groups=c, bias=False)

    def pointwise(c_in, c_out):
        return nn.Conv2d(c_in, c_out, 1, bias=False)

    class Halve(nn.Module):
        """Two 1x1 convolutions of half the channels at stride 2, one pixel apart."""

        def __init__(self, c_in, c_out):
            super().__init__()
            self.even = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
            self.odd = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
            self.norm = nn.BatchNorm2d(c_out)

        def forward(self, x):
            x = torch.relu(x)
            return self.norm(torch.cat([self.even(x), self.odd(x[:, :, 1:, 1:])], dim=1))

    def operation(name, c, stride):
        kind, size = name.rsplit("_", 1)
        if kind == "skip":
            return nn.Identity() if stride == 1 else Halve(c, c)
        kernel = int(size[0])
        if kind == "max_pool":
            return nn.MaxPool2d(kernel, stride, 1)
        if kind == "avg_pool":
            return nn.AvgPool2d(kernel, stride, 1, count_include_pad=False)
        if kind == "dil_conv":
            return norm_after(depthwise(c, kernel, stride, 2), pointwise(c, c))
        return nn.Sequential(
            norm_after(depthwise(c, kernel, stride, 1), pointwise(c, c)),
            norm_after(depthwise(c, kernel, 1, 1), pointwise(c, c)),
        )

    class Cell(nn.Module):
        def __init__(self, nodes, channels, c, *, reduction, wide):
            super().__init__()
            self.first = Halve(channels[0], c) if wide else norm_after(pointwise(channels[0], c))
            self.second = norm_after(pointwise(channels[1], c))
            self.nodes = [sorted(node) for node in nodes]
            self.operations = nn.ModuleList(
                operation(OPERATIONS[o], c, 2 if reduction and source < 2 else 1)
                for node in self.nodes
                for source, o in node
            )

        def forward(self, before, last):
            states, modules = [self.first(before), self.second(last)], iter(self.operations)
            for node in self.nodes:
                states.append(sum(next(modules)(states[source]) for source, _ in node))
            return torch.cat(states[2:], dim=1)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            c, stem = skeleton.channels, 3 * skeleton.channels
            self.stem = nn.Sequential(
                nn.Conv2d(skeleton.in_channels, stem, 3, padding=1, bias=False),
                nn.BatchNorm2d(stem),
            )
            self.cells, channels, wide = nn.ModuleList(), (stem, stem), False
            for position in range(skeleton.cells):
                reduction = position in (skeleton.cells // 3, 2 * skeleton.cells // 3)
                c = 2 * c if reduction else c
                nodes = _nodes(architecture[11:] if reduction else architecture[:11])
                self.cells.append(Cell(nodes, channels, c, reduction=reduction, wide=wide))
                channels, wide = (channels[1], 4 * c), reduction
            self.classifier = nn.Linear(channels[1], skeleton.classes)

        def forward(self, x):
            before = last = self.stem(x)
            for cell in self.cells:
                before, last = last, cell(before, last)
            return self.classifier(last.mean(dim=(2, 3)))

    return Network()


def _measure(torch, architecture, skeleton):
    """Return the parameters of the built network and its multiply-adds, counted by hooks."""
    multiply_adds = []

    def count(module, _, output):
        multiply_adds.append(module.weight[0].numel() * output.numel())

    with torch.device("meta"):  # tensors with shapes but no data
        network = _network(torch, architecture, skeleton)
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
                module.register_forward_hook(count)
        size = (1, skeleton.in_channels, skeleton.image, skeleton.image)
        output = network.eval()(torch.empty(size))
    assert output.shape == (1, skeleton.classes)
    return sum(p.numel() for p in network.parameters()), sum(multiply_adds)


@pytest.mark.parametrize(
    "skeleton",
    [
        DARTSSkeleton(),
        DARTSSkeleton(image=16, in_channels=1, classes=7, channels=6, cells=5),
        DARTSSkeleton(image=8, channels=4, cells=3),
        DARTSSkeleton(image=64, classes=100, channels=10, cells=11),
    ],
    ids=lambda skeleton: f"{skeleton.cells}x{skeleton.channels}",
)
def test_closed_forms_equal_a_built_network(skeleton):
    torch = pytest.importorskip("torch")
    published = SPACE.from_strings([DARTS_V2])
    # Random cells, the authors' own, and cells of a single operation at strides 1 and 2.
    uniform = [[o] * 8 + [0, 1, 4] + [o] * 8 + [2, 0, 9] for o in range(7)]
    architectures = np.concatenate([_draw(5, 8), published, uniform]).astype(np.int8)
    built = np.array([_measure(torch, a, skeleton) for a in architectures])
    assert np.array_equal(skeleton.params(architectures), built[:, 0])
    assert np.array_equal(skeleton.flops(architectures), built[:, 1])
    assert len(np.unique(built[:, 0])) > 8
