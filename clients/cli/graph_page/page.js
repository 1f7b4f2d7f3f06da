'use strict';

// --- The data ------------------------------------------------------------------------------------
//
// A tree of dotted names, parents before children: name, parent (-1 at the top) and whether there is
// a module of that name. edges[first[i] .. first[i + 1]] are the imports of node i, each
// 4 * target + labels: 1 under TYPE_CHECKING, 2 in a function.
const data = JSON.parse(document.getElementById('data').textContent);
const count = data.name.length;
const TYPE_CHECKING = 1;
const DEFERRED = 2;
const MAX_DRAWN = 2000;

const children = Array.from({length: count}, () => []);
const roots = [];
const sizes = new Uint32Array(count);  // modules at or below
for (let i = 0; i < count; i++) {
  (data.parent[i] < 0 ? roots : children[data.parent[i]]).push(i);
}
for (let i = count - 1; i >= 0; i--) {
  if (isModule(i)) sizes[i]++;
  if (data.parent[i] >= 0) sizes[data.parent[i]] += sizes[i];
}
const importers = Array.from({length: count}, () => []);  // as edges are: 4 * importer + labels
for (let i = 0; i < count; i++) {
  for (let e = data.first[i]; e < data.first[i + 1]; e++) {
    importers[data.edges[e] >> 2].push(i * 4 + (data.edges[e] & 3));
  }
}

function isModule(i) { return data.module[i] === '1'; }
function fullName(i) {
  const parts = [];
  for (; i >= 0; i = data.parent[i]) parts.push(data.name[i]);
  const path = parts.reverse();
  // Files without a dotted name lie below their root, which ends in a slash.
  return path[0].endsWith('/') ? path.join('') : path.join('.');
}
function isWithin(i, ancestor) {
  for (; i >= 0; i = data.parent[i]) if (i === ancestor) return true;
  return false;
}

// --- What is shown -------------------------------------------------------------------------------

const unfolded = new Set(data.unfolded);
let allowed = 0;         // labels of the imports that count
let selected = -1;
let marked = new Set();  // modules of the cycle that was chosen
let hovered = -1;
let cycleOf = new Map();  // module to the number of its cycle
let drawing = null;
const view = {x: 0, y: 0, scale: 1};  // what is in the middle of the canvas

const element = id => document.getElementById(id);
const canvas = element('graph');
const context = canvas.getContext('2d');

// The node that stands for each: itself, or the topmost folded package that it is in.
function representatives() {
  const stands = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const above = data.parent[i];
    stands[i] = above < 0 || (stands[above] === above && unfolded.has(above)) ? i : stands[above];
  }
  return stands;
}

function cycles() { return data.cycles[allowed]; }

function makeDrawing() {
  const stands = representatives();
  const drawn = [];
  for (let i = 0; i < count; i++) {
    if (stands[i] === i && (isModule(i) || !unfolded.has(i))) drawn.push(i);
  }
  const place = new Map(drawn.map((node, k) => [node, k]));
  const keys = new Map();  // of pairs, to whether a cycle's edge is among them
  for (let i = 0; i < count; i++) {
    for (let e = data.first[i]; e < data.first[i + 1]; e++) {
      const target = data.edges[e] >> 2;
      if (data.edges[e] & 3 & ~allowed || stands[i] === stands[target]) continue;
      const key = stands[i] * count + stands[target];
      const red = cycleOf.has(i) && cycleOf.get(i) === cycleOf.get(target);
      if (red || !keys.has(key)) keys.set(key, red);
    }
  }
  const edges = [];
  for (const [key, red] of keys) {
    edges.push({from: place.get(Math.floor(key / count)), to: place.get(key % count), red});
  }
  const nodes = drawn.map(node => ({
    node, text: nodeText(node), x: 0, y: 0, width: 0, height: 24,
    red: cycleOf.has(node) && (!children[node].length || unfolded.has(node)),
    hue: hueOf(node),
  }));
  for (const node of nodes) node.width = Math.max(40, node.text.length * 7.25 + 16);
  return {stands, place, nodes, edges, size: layOut(nodes, edges)};
}

function nodeText(i) {
  const name = fullName(i);
  const short = name.length > 60 ? '…' + name.slice(-59) : name;
  if (!children[i].length) return short;
  return unfolded.has(i) ? '▾ ' + short : '▸ ' + short + ' (' + sizes[i] + ')';
}
function hueOf(i) {
  while (data.parent[i] >= 0) i = data.parent[i];
  let hash = 7;
  for (const character of data.name[i]) hash = (hash * 31 + character.codePointAt(0)) % 9973;
  return hash % 360;
}

// --- Layout --------------------------------------------------------------------------------------

// Sets of nodes that lead to each other, in the order in which Tarjan's algorithm closes them: what
// is imported first.
function components(nodes, targets) {
  const index = new Int32Array(nodes.length).fill(-1);
  const low = new Int32Array(nodes.length);
  const open = new Uint8Array(nodes.length);
  const path = [];
  const found = [];
  let next = 0;
  for (let start = 0; start < nodes.length; start++) {
    if (index[start] >= 0) continue;
    const calls = [[start, 0]];
    while (calls.length) {
      const call = calls[calls.length - 1];
      const node = call[0];
      if (index[node] < 0) {
        index[node] = low[node] = next++;
        open[node] = 1;
        path.push(node);
      }
      if (call[1] < targets[node].length) {
        const target = targets[node][call[1]++];
        if (index[target] < 0) calls.push([target, 0]);
        else if (open[target]) low[node] = Math.min(low[node], index[target]);
        continue;
      }
      calls.pop();
      if (calls.length) {
        const caller = calls[calls.length - 1][0];
        low[caller] = Math.min(low[caller], low[node]);
      }
      if (low[node] !== index[node]) continue;
      const component = [];
      let member;
      do {
        member = path.pop();
        open[member] = 0;
        component.push(member);
      } while (member !== node);
      found.push(component);
    }
  }
  return found;
}

// Importers above what they import; those that import each other side by side. Layers that are too
// wide go on in a further row. Returns the size of all.
function layOut(nodes, edges) {
  const targets = nodes.map(() => []);
  const sources = nodes.map(() => []);
  for (const {from, to} of edges) {
    targets[from].push(to);
    sources[to].push(from);
  }
  const height = new Int32Array(nodes.length);  // layers below
  for (const component of components(nodes, targets)) {
    let highest = 0;
    const members = new Set(component);
    for (const member of component) {
      for (const target of targets[member]) {
        if (!members.has(target)) highest = Math.max(highest, height[target] + 1);
      }
    }
    for (const member of component) height[member] = highest;
  }
  const lonely = [];
  const layers = [];
  for (let i = 0; i < nodes.length; i++) {
    if (!targets[i].length && !sources[i].length) lonely.push(i);
    else (layers[height[i]] ??= []).push(i);
  }
  layers.reverse();
  order(layers, sources, targets);
  if (lonely.length) layers.push(lonely);
  return place(layers, nodes);
}

// Sweeps down and up: each layer by the middles of what its nodes are linked with.
function order(layers, sources, targets) {
  const at = new Map();
  const note = layer => layer.forEach((node, k) => at.set(node, (k + 0.5) / layer.length));
  layers.forEach(note);
  for (let sweep = 0; sweep < 8; sweep++) {
    const links = sweep % 2 ? targets : sources;
    const mean = node => {
      if (!links[node].length) return at.get(node);
      let sum = 0;
      for (const other of links[node]) sum += at.get(other);
      return sum / links[node].length;
    };
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const means = new Map(layer.map(node => [node, mean(node)]));
      layer.sort((a, b) => means.get(a) - means.get(b));
      note(layer);
    }
  }
}

function place(layers, nodes) {
  const GAP = 14;
  const ROW = 44;
  let area = 0;
  for (const node of nodes) area += (node.width + GAP) * ROW;
  const widest = Math.max(900, Math.sqrt(area * 2.2));
  const size = {width: 0, height: 0};
  for (const layer of layers) {
    for (let first = 0; first < layer.length;) {
      let width = 0;
      let last = first;
      while (last < layer.length && (last === first || width + nodes[layer[last]].width < widest)) {
        width += nodes[layer[last++]].width + GAP;
      }
      let x = -width / 2;
      for (; first < last; first++) {
        const node = nodes[layer[first]];
        node.x = x + node.width / 2;
        node.y = size.height;
        x += node.width + GAP;
      }
      size.width = Math.max(size.width, width);
      size.height += ROW;
    }
    size.height += 36;
  }
  return size;
}

// --- Drawing -------------------------------------------------------------------------------------

let style = {};
function readStyle() {
  const computed = getComputedStyle(document.documentElement);
  for (const name of ['paper', 'ink', 'edge', 'accent', 'imports', 'importers', 'cycle', 'lightness']) {
    style[name] = computed.getPropertyValue('--' + name).trim();
  }
}

let frame = 0;
function redraw() {
  if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(); });
}

function toScreen(x, y) {
  return {
    x: canvas.clientWidth / 2 + (x - view.x) * view.scale,
    y: canvas.clientHeight / 2 + (y - view.y) * view.scale,
  };
}

function draw() {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = style.paper;
  context.fillRect(0, 0, width, height);
  context.setTransform(view.scale * ratio, 0, 0, view.scale * ratio,
                       width / 2 - view.x * view.scale * ratio,
                       height / 2 - view.y * view.scale * ratio);
  const focus = hovered >= 0 ? hovered : selected >= 0 ? drawing.stands[selected] : -1;
  const focused = drawing.place.has(focus) ? drawing.place.get(focus) : -1;
  drawEdges(focused);
  drawNodes(focused);
}

function drawEdges(focused) {
  const {nodes, edges} = drawing;
  const paths = {plain: new Path2D(), cycle: new Path2D(), imports: new Path2D(), importers: new Path2D()};
  for (const edge of edges) {
    const kind = edge.from === focused ? 'imports' : edge.to === focused ? 'importers'
        : edge.red ? 'cycle' : 'plain';
    const from = nodes[edge.from];
    const to = nodes[edge.to];
    const down = from.y < to.y ? 12 : from.y > to.y ? -12 : 0;
    const middle = (from.y + to.y) / 2 - (down ? 0 : 40);
    const path = paths[kind];
    path.moveTo(from.x, from.y + down);
    path.bezierCurveTo(from.x, middle, to.x, middle, to.x, to.y - down);
  }
  const line = Math.max(1, 0.6 / view.scale);
  const stroke = (path, colour, thick, alpha) => {
    context.globalAlpha = alpha;
    context.lineWidth = line * thick;
    context.strokeStyle = colour;
    context.stroke(path);
  };
  stroke(paths.plain, style.edge, 1, focused < 0 ? 0.45 : 0.15);
  stroke(paths.cycle, style.cycle, 1.4, focused < 0 ? 0.9 : 0.5);
  stroke(paths.importers, style.importers, 1.6, 1);
  stroke(paths.imports, style.imports, 1.6, 1);
  context.globalAlpha = 1;
}

function drawNodes(focused) {
  context.font = '12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  drawing.nodes.forEach((node, k) => {
    context.beginPath();
    context.roundRect(node.x - node.width / 2, node.y - node.height / 2, node.width, node.height, 5);
    context.fillStyle = `hsl(${node.hue}, 50%, ${style.lightness})`;
    context.fill();
    const isMarked = marked.has(node.node);
    context.strokeStyle = k === focused ? style.accent : node.red ? style.cycle
        : `hsl(${node.hue}, 35%, 55%)`;
    context.lineWidth = k === focused || isMarked ? 3 : node.red ? 2 : 1;
    context.stroke();
    if (view.scale < 0.3 && k !== focused) return;
    context.fillStyle = style.ink;
    context.fillText(node.text, node.x, node.y, node.width - 8);
  });
}

// The place in drawing.nodes of what is drawn there; -1: nothing.
function nodeAt(clientX, clientY) {
  const box = canvas.getBoundingClientRect();
  const x = (clientX - box.left - canvas.clientWidth / 2) / view.scale + view.x;
  const y = (clientY - box.top - canvas.clientHeight / 2) / view.scale + view.y;
  return drawing.nodes.findIndex(node => Math.abs(node.x - x) <= node.width / 2 &&
                                         Math.abs(node.y - y) <= node.height / 2);
}

// --- Zoom ----------------------------------------------------------------------------------------

function zoomBy(factor, clientX, clientY) {
  const box = canvas.getBoundingClientRect();
  const dx = clientX === undefined ? 0 : clientX - box.left - canvas.clientWidth / 2;
  const dy = clientY === undefined ? 0 : clientY - box.top - canvas.clientHeight / 2;
  const scale = Math.min(8, Math.max(0.02, view.scale * factor));
  // What is under the pointer stays there.
  view.x += dx / view.scale - dx / scale;
  view.y += dy / view.scale - dy / scale;
  view.scale = scale;
  redraw();
}
function fit(nodes) {
  if (!nodes.length) return;
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (const node of nodes) {
    left = Math.min(left, node.x - node.width / 2);
    right = Math.max(right, node.x + node.width / 2);
    top = Math.min(top, node.y - 20);
    bottom = Math.max(bottom, node.y + 20);
  }
  view.x = (left + right) / 2;
  view.y = (top + bottom) / 2;
  view.scale = Math.min(1.5, (canvas.clientWidth - 40) / (right - left),
                        (canvas.clientHeight - 60) / (bottom - top));
  view.scale = Math.max(0.02, view.scale);
  redraw();
}
function fitAll() { fit(drawing.nodes); }
function centre(i) {
  const k = drawing.place.get(drawing.stands[i]);
  if (k === undefined) return;
  view.x = drawing.nodes[k].x;
  view.y = drawing.nodes[k].y;
  view.scale = Math.max(view.scale, 0.8);
  redraw();
}

// --- Changes -------------------------------------------------------------------------------------

function rebuild() {
  drawing = makeDrawing();
  hovered = -1;
  const text = `${drawing.nodes.length} of ${total} modules and packages shown, ` +
      `${drawing.edges.length} imports between them`;
  element('status').textContent = text;
  canvas.setAttribute('aria-label', 'Import graph: ' + text);
  redraw();
}

function drawnCount() {
  const stands = representatives();
  let drawn = 0;
  for (let i = 0; i < count; i++) {
    if (stands[i] === i && (isModule(i) || !unfolded.has(i))) drawn++;
  }
  return drawn;
}

// Unfolds the packages, unless too much would have to be drawn; says so then.
function unfoldAll(packages) {
  const fresh = packages.filter(i => children[i].length && !unfolded.has(i));
  for (const i of fresh) unfolded.add(i);
  if (drawnCount() <= MAX_DRAWN) return true;
  for (const i of fresh) unfolded.delete(i);
  element('status').textContent =
      `not unfolded: more than ${MAX_DRAWN} nodes would be shown; fold other packages first`;
  return false;
}
function ancestors(i) {
  const above = [];
  for (i = data.parent[i]; i >= 0; i = data.parent[i]) above.push(i);
  return above;
}
function setUnfolded(i, open) {
  if (!children[i].length || unfolded.has(i) === open) return;
  if (open && !unfoldAll([i])) return;
  if (!open) unfolded.delete(i);
  rebuild();
  updateTree(i);
  if (selected >= 0) showDetails();
}
function toggle(i) {
  setUnfolded(i, !unfolded.has(i));
}

function select(i) {
  selected = i;
  marked = new Set();
  showDetails();
  markTree();
  redraw();
}
// Selects it where it can be seen.
function reveal(i) {
  if (unfoldAll(ancestors(i))) {
    rebuild();
    for (const above of ancestors(i).reverse()) updateTree(above);
  }
  select(i);
  centre(i);
  const item = items.get(i);
  if (item) item.scrollIntoView({block: 'nearest'});
}

function setAllowed() {
  allowed = (element('type-checking').checked ? TYPE_CHECKING : 0) |
            (element('deferred').checked ? DEFERRED : 0);
  cycleOf = new Map();
  cycles().forEach((members, number) => members.forEach(i => cycleOf.set(i, number)));
  marked = new Set();
  listCycles();
  rebuild();
  for (const [i, item] of items) colourItem(i, item);
  if (selected >= 0) showDetails();
}

// --- Lists ---------------------------------------------------------------------------------------

function button(text, action) {
  const item = document.createElement('li');
  const inner = document.createElement('button');
  inner.type = 'button';
  inner.textContent = text;
  inner.addEventListener('click', action);
  item.append(inner);
  return item;
}
function note(text) {
  const item = document.createElement('li');
  item.className = 'note';
  item.textContent = text;
  return item;
}
function fill(list, values, limit, make) {
  list.replaceChildren(...values.slice(0, limit).map(make));
  if (values.length > limit) list.append(note(`and ${values.length - limit} more`));
}

function listCycles() {
  element('cycle-count').textContent = cycles().length;
  fill(element('cycles'), cycles(), 500, members => {
    const names = members.slice(0, 4).map(fullName).join(', ');
    const more = members.length > 4 ? ', …' : '';
    return button(`${members.length} modules: ${names}${more}`, () => showCycle(members));
  });
}
function showCycle(members) {
  const packages = new Set(members.flatMap(ancestors));
  for (const i of members) if (children[i].length) packages.add(i);
  if (unfoldAll([...packages])) {
    rebuild();
    for (const i of [...packages].sort((a, b) => a - b)) updateTree(i);
  }
  select(-1);
  marked = new Set(members);
  element('details').hidden = false;
  element('detail-name').textContent = `Cycle of ${members.length} modules`;
  element('detail-facts').textContent = 'Each of them leads to each other by its imports.';
  element('detail-fold').hidden = true;
  element('imports-title').textContent = 'Modules';
  fill(element('imports'), members, 500, i => button(fullName(i), () => reveal(i)));
  element('importers-title').textContent = '';
  element('importers').replaceChildren();
  const places = new Set(members.map(i => drawing.place.get(drawing.stands[i])));
  fit([...places].filter(k => k !== undefined).map(k => drawing.nodes[k]));
}

function neighbours(i, edgesOf) {
  const found = new Set();
  const whole = children[i].length && !unfolded.has(i);
  for (let k = i; k < count && (k === i || (whole && isWithin(k, i))); k++) {
    for (const edge of edgesOf(k)) {
      const other = edge >> 2;
      if (!(edge & 3 & ~allowed) && !(whole && isWithin(other, i))) found.add(other);
    }
  }
  return [...found].sort((a, b) => a - b);
}
function showDetails() {
  const panel = element('details');
  panel.hidden = selected < 0;
  if (selected < 0) return;
  const i = selected;
  element('detail-name').textContent = fullName(i);
  const facts = [];
  if (children[i].length) facts.push(`package of ${sizes[i]} modules`);
  if (cycleOf.has(i)) facts.push(`on a cycle of ${cycles()[cycleOf.get(i)].length} modules`);
  if (!isModule(i)) facts.push('without a module of its own');
  element('detail-facts').textContent = facts.join(', ');
  const fold = element('detail-fold');
  fold.hidden = !children[i].length;
  fold.textContent = unfolded.has(i) ? 'Fold' : 'Unfold';
  const imports = neighbours(i, k => data.edges.slice(data.first[k], data.first[k + 1]));
  const others = neighbours(i, k => importers[k]);
  element('imports-title').textContent = `Imports ${imports.length}`;
  fill(element('imports'), imports, 500, k => button(fullName(k), () => reveal(k)));
  element('importers-title').textContent = `Imported by ${others.length}`;
  fill(element('importers'), others, 500, k => button(fullName(k), () => reveal(k)));
}

function search() {
  const wanted = element('search').value.trim().toLowerCase();
  const results = element('results');
  results.hidden = !wanted;
  if (!wanted) return results.replaceChildren();
  const found = [];
  for (let i = 0; i < count; i++) {
    const name = fullName(i).toLowerCase();
    const at = name.lastIndexOf(wanted);
    if (at < 0) continue;
    const ends = at + wanted.length === name.length;
    const begins = at === 0 || name[at - 1] === '.' || name[at - 1] === '/';
    found.push([ends && begins ? 0 : begins ? 1 : 2, name.length, i]);
  }
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  fill(results, found, 200, ([, , i]) => button(fullName(i), () => reveal(i)));
  if (!found.length) results.append(note('no module has that in its name'));
}

// --- The tree ------------------------------------------------------------------------------------
//
// Folds with the drawing. One item can be reached with Tab; arrow keys go from there (ARIA Authoring
// Practices, "Tree View Pattern").

const items = new Map();  // nodes to their list items; made when they are first seen
let current = -1;

function makeItem(i) {
  const item = document.createElement('li');
  item.setAttribute('role', 'treeitem');
  item.setAttribute('aria-selected', String(i === selected));
  item.tabIndex = -1;
  const label = document.createElement('span');
  const text = document.createElement('span');
  text.textContent = data.name[i];
  label.append(text);
  if (children[i].length) {
    const size = document.createElement('span');
    size.className = 'count';
    size.textContent = sizes[i];
    label.append(size);
    item.setAttribute('aria-expanded', String(unfolded.has(i)));
  }
  item.append(label);
  item.dataset.node = i;
  items.set(i, item);
  colourItem(i, item);
  return item;
}
function colourItem(i, item) {
  item.firstChild.classList.toggle('on-cycle', cycleOf.has(i));
}
// The items below `i` as they have to be. What lies below unfolded ones comes with them.
function updateTree(i) {
  const todo = [i];
  while (todo.length) {
    const node = todo.pop();
    const item = items.get(node);
    if (!item || !children[node].length) continue;
    item.setAttribute('aria-expanded', String(unfolded.has(node)));
    let group = item.querySelector(':scope > [role=group]');
    if (!unfolded.has(node)) {
      if (group && current >= 0 && current !== node && isWithin(current, node)) setCurrent(node);
      group?.remove();
      forget(node);
      continue;
    }
    if (group) continue;
    group = document.createElement('ul');
    group.setAttribute('role', 'group');
    group.append(...children[node].map(makeItem));
    item.append(group);
    todo.push(...children[node].filter(child => unfolded.has(child)));
  }
}
function forget(i) {
  const todo = [...children[i]];
  while (todo.length) {
    const node = todo.pop();
    if (items.delete(node)) todo.push(...children[node]);
  }
}
function markTree() {
  for (const [i, item] of items) item.setAttribute('aria-selected', String(i === selected));
  if (items.has(selected)) setCurrent(selected);
}
function setCurrent(i) {
  items.get(current)?.setAttribute('tabindex', '-1');
  current = i;
  items.get(i)?.setAttribute('tabindex', '0');
}
function focusItem(i) {
  if (!items.has(i)) return;
  setCurrent(i);
  items.get(i).focus();
}
function siblings(i) { return data.parent[i] < 0 ? roots : children[data.parent[i]]; }
function nextItem(i) {
  if (unfolded.has(i) && children[i].length) return children[i][0];
  for (; i >= 0; i = data.parent[i]) {
    const beside = siblings(i);
    const at = beside.indexOf(i);
    if (at + 1 < beside.length) return beside[at + 1];
  }
  return -1;
}
function previousItem(i) {
  const beside = siblings(i);
  const at = beside.indexOf(i);
  if (at === 0) return data.parent[i];
  i = beside[at - 1];
  while (unfolded.has(i) && children[i].length) i = children[i][children[i].length - 1];
  return i;
}
function onTreeKey(event) {
  const i = Number(event.target.dataset.node);
  const act = {
    ArrowDown: () => focusItem(nextItem(i)),
    ArrowUp: () => focusItem(previousItem(i)),
    Home: () => focusItem(roots[0]),
    ArrowRight: () => {
      if (!children[i].length) return;
      if (unfolded.has(i)) focusItem(children[i][0]);
      else setUnfolded(i, true);
    },
    ArrowLeft: () => {
      if (children[i].length && unfolded.has(i)) setUnfolded(i, false);
      else focusItem(data.parent[i]);
    },
    Enter: () => { select(i); centre(i); },
    ' ': () => { select(i); centre(i); },
  }[event.key];
  if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  act();
}

// --- Events --------------------------------------------------------------------------------------

element('tree').addEventListener('keydown', onTreeKey);
element('tree').addEventListener('click', event => {
  const item = event.target.closest('[role=treeitem]');
  if (!item) return;
  const i = Number(item.dataset.node);
  // The arrow before a package's name folds, the name selects.
  if (children[i].length && event.clientX < item.firstChild.getBoundingClientRect().left + 18) {
    toggle(i);
  } else {
    select(i);
    centre(i);
  }
  focusItem(i);
});
element('tree').addEventListener('dblclick', event => {
  const item = event.target.closest('[role=treeitem]');
  if (item) toggle(Number(item.dataset.node));
});
element('fold-all').addEventListener('click', () => {
  unfolded.clear();
  for (const i of roots) updateTree(i);
  rebuild();
  fitAll();
});
element('search').addEventListener('input', search);
element('search').addEventListener('keydown', event => {
  if (event.key === 'ArrowDown') {
    element('results').querySelector('button')?.focus();
    event.preventDefault();
  }
});
element('search-form').addEventListener('submit', event => {
  event.preventDefault();
  element('results').querySelector('button')?.click();
});
element('results').addEventListener('keydown', event => {
  const item = event.target.closest('li');
  if (event.key === 'ArrowDown') item.nextElementSibling?.querySelector('button')?.focus();
  else if (event.key === 'ArrowUp') {
    (item.previousElementSibling?.querySelector('button') ?? element('search')).focus();
  } else if (event.key === 'Escape') element('search').focus();
  else return;
  event.preventDefault();
});
document.addEventListener('keydown', event => {
  if (event.key !== '/' || /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
  event.preventDefault();
  element('search').focus();
  element('search').select();
});
element('type-checking').addEventListener('change', setAllowed);
element('deferred').addEventListener('change', setAllowed);
element('detail-close').addEventListener('click', () => { select(-1); canvas.focus(); });
element('detail-fold').addEventListener('click', () => { toggle(selected); centre(selected); });
element('zoom-in').addEventListener('click', () => zoomBy(1.4));
element('zoom-out').addEventListener('click', () => zoomBy(1 / 1.4));
element('zoom-fit').addEventListener('click', fitAll);
canvas.addEventListener('wheel', event => {
  event.preventDefault();
  zoomBy(Math.exp(-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 100) / 250),
         event.clientX, event.clientY);
}, {passive: false});
canvas.addEventListener('keydown', event => {
  const step = 60 / view.scale;
  const act = {
    '+': () => zoomBy(1.25), '=': () => zoomBy(1.25), '-': () => zoomBy(0.8), '0': fitAll,
    ArrowLeft: () => { view.x -= step; redraw(); }, ArrowRight: () => { view.x += step; redraw(); },
    ArrowUp: () => { view.y -= step; redraw(); }, ArrowDown: () => { view.y += step; redraw(); },
    Enter: () => { if (selected >= 0) { toggle(selected); centre(selected); } },
  }[event.key];
  if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  act();
});
let drag = null;
canvas.addEventListener('pointerdown', event => {
  if (event.button !== 0) return;
  drag = {x: event.clientX, y: event.clientY, moved: false};
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener('pointermove', event => {
  if (!drag) {
    const k = nodeAt(event.clientX, event.clientY);
    const node = k < 0 ? -1 : drawing.nodes[k].node;
    if (node !== hovered) {
      hovered = node;
      canvas.title = node < 0 ? '' : fullName(node);
      redraw();
    }
    return;
  }
  const dx = event.clientX - drag.x;
  const dy = event.clientY - drag.y;
  if (!drag.moved && Math.abs(dx) + Math.abs(dy) < 4) return;
  drag = {x: event.clientX, y: event.clientY, moved: true};
  canvas.classList.add('moving');
  view.x -= dx / view.scale;
  view.y -= dy / view.scale;
  redraw();
});
canvas.addEventListener('pointerup', event => {
  const clicked = drag && !drag.moved;
  drag = null;
  canvas.classList.remove('moving');
  if (!clicked) return;
  const k = nodeAt(event.clientX, event.clientY);
  select(k < 0 ? -1 : drawing.nodes[k].node);
});
canvas.addEventListener('dblclick', event => {
  const k = nodeAt(event.clientX, event.clientY);
  if (k < 0) return;
  const i = drawing.nodes[k].node;
  toggle(i);
  centre(i);
});
new ResizeObserver(redraw).observe(canvas);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readStyle(); redraw(); });

// --- Start ---------------------------------------------------------------------------------------

let total = 0;
for (const i of roots) total += sizes[i];
readStyle();
element('tree').append(...roots.map(makeItem));
for (const i of roots) updateTree(i);
if (roots.length) setCurrent(roots[0]);
setAllowed();
fitAll();
