// The page: everything is shown as text, and nothing is loaded or sent.
'use strict';

{
  const { document: shown, findings } = JSON.parse(document.getElementById('document').textContent);
  const rules = rulesOf(shown);
  const byId = (id) => document.getElementById(id);

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(key, '');
      else if (value !== false && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children.flat());
    return made;
  }

  const code = (text) => element('code', {}, text);
  const list = (items) => element('ul', {}, items.map((item) => element('li', {}, item)));
  const tag = (text, kind = '') => element('span', { class: `tag ${kind}`.trim() }, text);
  const none = (text = 'none') => element('span', { class: 'none' }, text);
  const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

  // Names between backticks and strong words, as they stand in the demands.
  function rich(text) {
    return text.split(/(`[^`]*`|\*\*[^*]*\*\*)/).filter(Boolean).map((part) => {
      if (part.startsWith('`')) return code(part.slice(1, -1));
      if (part.startsWith('**')) return element('strong', {}, part.slice(2, -2));
      return part;
    });
  }

  function codes(names, otherwise = none()) {
    if (!names || names.length === 0) return [otherwise];
    return names.flatMap((name, position) => (position === 0 ? [code(name)] : [', ', code(name)]));
  }

  const anchor = (kind, name) => `${kind}-${encodeURIComponent(name)}`;
  const link = (kind, name) => element('a', { href: `#${encodeURIComponent(anchor(kind, name))}` }, code(name));
  function links(kind, names) {
    if (!names || names.length === 0) return [none()];
    return names.flatMap((name, position) => (position === 0 ? [link(kind, name)] : [', ', link(kind, name)]));
  }

  const HINTS = [
    ['read_only', 'read-only', 'not read-only'],
    ['destructive', 'destructive', 'not destructive'],
    ['idempotent', 'idempotent', 'not idempotent'],
    ['open_world', 'reaches beyond this server', 'stays within this server'],
  ];

  // A prompt or a resource has a colon in its name, a tool has none. That those only read goes without saying.
  const isEntry = (tool) => tool.name.includes(':');

  function tags(tool) {
    const { policy, hints } = tool;
    const made = [];
    if (policy.posture === 'public') made.push(tag('public', 'care'));
    if (policy.posture === 'nobody') made.push(tag('nobody', 'bad'));
    if (policy.shadow) made.push(tag('not enforced', 'care'));
    if (hints.destructive) made.push(tag('destructive', 'bad'));
    if (hints.read_only && !isEntry(tool)) made.push(tag('read-only'));
    if (policy.tenant) made.push(tag('tenant'));
    if (policy.owner) made.push(tag('owner'));
    if (policy.check) made.push(tag('check'));
    if (policy.login) made.push(tag('login'));
    if (policy.fresh) made.push(tag('fresh'));
    if (policy.audit_required) made.push(tag('audit required'));
    if (policy.rate_limit) made.push(tag('rate'));
    return element('span', { class: 'tags' }, made);
  }

  // The facts and what is to look at.

  const callers = rules.all.filter((tool) => tool.policy.posture === 'callers').length;
  const facts = [
    ['tools', shown.tools.length],
    ...(shown.entries ? [['prompts and resources', shown.entries.length]] : []),
    ['need a token', callers],
    ['public', shown.public.length],
    ['not enforced', shown.shadow?.length ?? 0],
    ['scopes', shown.scopes.length],
    ['roles', shown.roles.length],
    ['fingerprint of all policies', code(shown.fingerprint)],
  ];
  for (const [what, value] of facts) {
    byId('facts').append(element('div', {}, element('dt', {}, what), element('dd', {}, typeof value === 'number' ? String(value) : value)));
  }
  if (findings.length > 0) {
    byId('findings').hidden = false;
    for (const { message, help } of findings) {
      byId('findings-list').append(element('li', {}, rich(message), element('span', { class: 'help' }, rich(help))));
    }
  }

  // The questions.

  function choice(value, label, note) {
    const box = element('input', { type: 'checkbox', value });
    const small = note ? [element('small', {}, note)] : [];
    return element('label', { class: 'choice' }, box, element('span', { class: 'name' }, label), ...small);
  }

  const chosen = (id) => [...byId(id).querySelectorAll('input:checked:not(#token-present)')].map((box) => box.value);

  function fill(id, choices) {
    byId(id).append(...choices);
    if (choices.length === 0) byId(id).hidden = true;
  }

  fill('token-scopes', shown.scopes.map(({ scope, admin_consent, sensitive }) =>
    choice(scope, scope, admin_consent ? 'administrators' : sensitive ? 'sensitive' : '')));
  fill('token-roles', shown.roles.map(({ role }) => choice(role, role, '')));
  fill('least-tools', rules.all.map(({ name }) => choice(name, name, '')));

  function grantInWords({ scopes, roles = [] }) {
    const parts = [];
    if (scopes.length > 0) parts.push([scopes.length === 1 ? 'the scope ' : 'the scopes ', ...codes(scopes)]);
    if (roles.length > 0) parts.push([roles.length === 1 ? 'the role ' : 'the roles ', ...codes(roles)]);
    return parts.flatMap((part, position) => (position === 0 ? part : [' and ', ...part]));
  }

  const ANSWERS = {
    allowed: ['yes', 'good'],
    depends: ['yes, if', 'good'],
    'tried out': ['yes, for now', 'care'],
    denied: ['no', 'bad'],
  };

  function explained(tool, { answer, lacks }, token) {
    const { posture } = tool.policy;
    if (posture === 'nobody') return ['Nobody may call it.'];
    if (answer === 'denied' && token === null) return ['It needs a token.'];
    const conditions = (tool.conditions ?? []).map(rich);
    if (answer === 'denied') return lacks === null ? ['It lacks rights.'] : ['It lacks ', ...grantInWords(lacks), '.'];
    const until = answer === 'tried out' && lacks !== null ? [['until ', ...grantInWords(lacks), ' is enforced']] : [];
    const all = [...until, ...conditions];
    if (all.length > 0) return [list(all)];
    return [none(posture === 'public' ? 'It is public.' : 'Nothing else is asked.')];
  }

  function answerToken() {
    const present = byId('token-present').checked;
    for (const id of ['token-scopes', 'token-roles']) byId(id).disabled = !present;
    const token = present ? { scopes: chosen('token-scopes'), roles: chosen('token-roles') } : null;
    const held = rules.heldBy(token ?? {});
    for (const [id, kind, carried] of [['token-scopes', 'scope', token?.scopes], ['token-roles', 'role', token?.roles]]) {
      for (const label of byId(id).querySelectorAll('label')) {
        const { value } = label.querySelector('input');
        const isImplied = present && held[kind].has(value) && !carried.includes(value);
        label.classList.toggle('implied', isImplied);
        label.querySelector('.follows')?.remove();
        if (isImplied) label.append(element('small', { class: 'follows' }, 'implied'));
      }
    }
    const answers = rules.all.map((tool) => [tool, rules.access(tool, token)]);
    const open = answers.filter(([, { answer }]) => answer !== 'denied').length;
    byId('token-answer').textContent = `It opens ${open} of ${rules.all.length}.`;
    byId('token-tools').replaceChildren(...answers.map(([tool, access]) => {
      const depends = access.answer === 'allowed' && tool.conditions !== undefined;
      const [word, kind] = ANSWERS[depends ? 'depends' : access.answer];
      return element('tr', {},
        element('th', { scope: 'row' }, link('tool', tool.name)),
        element('td', {}, tag(word, kind)),
        element('td', {}, explained(tool, access, token)));
    }));
  }

  function answerLeast() {
    const names = chosen('least-tools');
    const answer = byId('least-answer');
    if (names.length === 0) {
      answer.replaceChildren(element('p', {}, 'Choose tools.'));
      return;
    }
    const least = rules.leastFor(names);
    const tools = rules.all.filter((tool) => names.includes(tool.name));
    const parts = [];
    if (least === null) parts.push(element('p', {}, 'Nobody may call all of these.'));
    else if (least === 'too many') parts.push(element('p', {}, 'There are too many ways to tell. Choose fewer tools.'));
    else {
      const isPublic = tools.every((tool) => tool.policy.posture === 'public');
      const scopes = isPublic ? ['No token.'] : least.scopes.length === 0 ? ['A token without scopes.'] : ['Scopes: ', code(least.scopes.join(' '))];
      parts.push(element('p', { class: 'scopes' }, scopes));
      if (least.roles.length > 0) parts.push(element('p', {}, 'Roles: ', codes(least.roles)));
      const asked = tools.filter((tool) => tool.conditions).map((tool) => [code(tool.name), ': ', ...tool.conditions.flatMap((text, position) => (position === 0 ? rich(text) : ['; ', ...rich(text)]))]);
      if (asked.length > 0) parts.push(element('p', {}, 'Asked at each call:'), list(asked));
    }
    answer.replaceChildren(...parts);
  }

  // The matrix.

  const columns = [
    ...shown.scopes.map(({ scope }) => ['scope', scope]),
    ...shown.roles.map(({ role }) => ['role', role]),
  ];
  const SIGNS = {
    all: ['●', 'needed'],
    any: ['◐', 'one of several ways'],
    counts: ['○', 'counts, because it implies one'],
    unless: ['◇', 'excuses from being the owner'],
  };

  // What is only tried out stands in brackets.
  function sign(kind, triedOut = false) {
    const [shape, enforced] = SIGNS[kind];
    const words = triedOut ? `${enforced}, not enforced` : enforced;
    const seen = element('span', { class: `sign ${kind}`, 'aria-hidden': 'true', title: words }, triedOut ? `(${shape})` : shape);
    return [seen, element('span', { class: 'unseen' }, words)];
  }

  // The owner is demanded in any case.
  function signs(tool, kind, name) {
    const made = rules.standing(tool, kind, name).map((standing) => sign(standing, standing !== 'unless' && tool.policy.shadow));
    return made.flatMap((one, position) => (position === 0 ? one : [' ', ...one]));
  }

  // Without scopes and roles a tool may be open to everyone, to every token, or to nobody.
  function token({ policy }) {
    if (policy.posture === 'public') return [tag('public', 'care')];
    if (policy.posture === 'nobody') return [tag('nobody', 'bad')];
    return policy.shadow ? [...sign('all'), ' ', tag('rest not enforced', 'care')] : sign('all');
  }

  function matrixRow(tool) {
    const row = element('tr', {}, element('th', { scope: 'row' }, link('tool', tool.name)), element('td', {}, token(tool)));
    for (const [kind, name] of columns) {
      row.append(element('td', {}, signs(tool, kind, name)));
    }
    return row;
  }

  if (columns.length > 0) {
    const head = byId('matrix-head');
    const groups = element('tr', {}, element('th', { scope: 'col', rowspan: 2 }, 'Tool'), element('th', { scope: 'col', rowspan: 2 }, 'Token'));
    if (shown.scopes.length > 0) groups.append(element('th', { class: 'group', scope: 'colgroup', colspan: shown.scopes.length }, 'Scopes'));
    if (shown.roles.length > 0) groups.append(element('th', { class: 'group', scope: 'colgroup', colspan: shown.roles.length }, 'Roles'));
    head.append(groups, element('tr', {}, columns.map(([kind, name]) => element('th', { scope: 'col' }, link(kind, name)))));
  } else {
    byId('matrix').hidden = true;
  }

  // The tools.

  function pairs(entries) {
    return element('dl', {}, entries.flatMap(([what, value]) => [element('dt', {}, what), element('dd', {}, value)]));
  }

  function card(tool) {
    const id = anchor('tool', tool.name);
    const title = element('h3', { id: `${id}-title` }, code(tool.name));
    const hints = isEntry(tool) ? [] : HINTS.filter(([key]) => tool.hints[key] !== undefined).map(([key, yes, no]) => (tool.hints[key] ? yes : no));
    const least = tool.policy.posture === 'public' ? ['no token'] : tool.minimal ? (tool.minimal.scopes.length + (tool.minimal.roles ?? []).length > 0 ? grantInWords(tool.minimal) : ['any token']) : ['see the demands'];
    const facts = [['At least', least]];
    for (const [kind, accepted, what] of [['scope', tool.accepted_scopes, 'Scopes'], ['role', tool.accepted_roles, 'Roles']]) {
      const implying = (accepted ?? []).filter((name) => rules.standing(tool, kind, name).includes('counts'));
      if (implying.length > 0) facts.push([`${what} that imply it`, links(kind, implying)]);
    }
    if (tool.excused_scopes) facts.push(['Excuse from being the owner', links('scope', tool.excused_scopes)]);
    if (hints.length > 0) facts.push(['Told to clients', hints.join(', ')]);
    if (tool.audit_fields) facts.push(['In audit records', codes(tool.audit_fields)]);
    if (tool.source) facts.push(['Declared in', code(tool.source.line ? `${tool.source.file}:${tool.source.line}` : tool.source.file)]);
    facts.push(['Fingerprint', code(tool.fingerprint)]);
    const text = tool.description ? [element('p', {}, rich(tool.description))] : [];
    return element('article', { class: 'tool', id, 'aria-labelledby': `${id}-title` },
      element('header', {}, title, tool.title ? element('span', {}, tool.title) : '', tags(tool)),
      ...text,
      element('div', { class: 'parts' },
        element('div', {}, element('h4', {}, 'Needs'), list(tool.demands.map(rich))),
        pairs(facts)));
  }

  const cards = rules.all.map((tool) => [tool, card(tool), matrixRow(tool)]);
  byId('tools-list').append(...cards.map(([, made]) => made));
  byId('matrix-body').append(...cards.map(([, , row]) => row));

  // Scopes and roles.

  byId('scopes-body').append(...shown.scopes.map((scope) => {
    const notes = [tag(scope.baseline ? 'at first' : 'when needed', scope.baseline ? 'good' : '')];
    if (scope.sensitive) notes.push(tag('sensitive', 'care'));
    if (scope.admin_consent) notes.push(tag('by administrators', 'care'));
    if (!scope.declared && shown.catalogs?.scopes) notes.push(tag('not in the catalogue', 'bad'));
    return element('tr', { id: anchor('scope', scope.scope) },
      element('th', { scope: 'row' }, code(scope.scope)),
      element('td', {}, scope.description ?? ''),
      element('td', {}, element('span', { class: 'tags' }, notes)),
      element('td', {}, links('scope', scope.implies)),
      element('td', {}, links('scope', scope.implied_by)),
      element('td', {}, links('tool', scope.tools)));
  }));
  byId('roles-body').append(...shown.roles.map((role) => {
    const notes = !role.declared && shown.catalogs?.roles ? [' ', tag('not in the catalogue', 'bad')] : [];
    return element('tr', { id: anchor('role', role.role) },
      element('th', { scope: 'row' }, code(role.role)),
      element('td', {}, role.description ?? '', ...notes),
      element('td', {}, links('role', role.implies)),
      element('td', {}, links('role', role.implied_by)),
      element('td', {}, links('tool', role.tools)));
  }));
  if (shown.scopes.length === 0) byId('scopes').hidden = true;
  if (shown.roles.length === 0) byId('roles').hidden = true;

  // The filters.

  const KINDS = [
    ['public', 'public', ({ policy }) => policy.posture === 'public'],
    ['token', 'needs a token', ({ policy }) => policy.posture === 'callers'],
    ['read', 'read-only', ({ hints }) => hints.read_only === true],
    ['write', 'not read-only', ({ hints }) => hints.read_only !== true],
    ['destructive', 'destructive', ({ hints }) => hints.destructive === true],
    ['bound', 'bound to tenant, owner or check', ({ policy }) => Boolean(policy.tenant || policy.owner || policy.check)],
    ['unbound', 'not bound to tenant, owner or check', ({ policy }) => !(policy.tenant || policy.owner || policy.check)],
    ['recorded', 'arguments are recorded', ({ audit_fields }) => Boolean(audit_fields)],
    ['shadow', 'not enforced', ({ policy }) => policy.shadow === true],
    ['entry', 'prompt or resource', isEntry],
  ];
  const option = (value, text) => element('option', { value }, text);
  byId('filter-scope').append(...shown.scopes.map(({ scope }) => option(scope, scope)));
  byId('filter-role').append(...shown.roles.map(({ role }) => option(role, role)));
  byId('filter-kind').append(...KINDS.filter(([, , is]) => rules.all.some(is)).map(([value, text]) => option(value, text)));

  function searched(tool) {
    const source = tool.source?.file ?? '';
    return [tool.name, tool.title ?? '', tool.description, source, ...tool.demands, ...(tool.accepted_scopes ?? []), ...(tool.accepted_roles ?? []),
      ...(tool.excused_scopes ?? []), ...(tool.audit_fields ?? [])].join('\n').toLowerCase();
  }

  const texts = new Map(rules.all.map((tool) => [tool, searched(tool)]));

  function filter() {
    const words = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
    const [scope, role, kind] = ['scope', 'role', 'kind'].map((name) => byId(`filter-${name}`).value);
    const isKind = KINDS.find(([value]) => value === kind)?.[2] ?? (() => true);
    let shownTools = 0;
    for (const [tool, made, row] of cards) {
      const fits = words.every((word) => texts.get(tool).includes(word))
        && (!scope || rules.standing(tool, 'scope', scope).length > 0)
        && (!role || rules.standing(tool, 'role', role).length > 0)
        && isKind(tool);
      made.hidden = row.hidden = !fits;
      if (fits) shownTools += 1;
    }
    const everything = shownTools === cards.length;
    byId('filter-answer').textContent = everything ? `All ${cards.length} are shown.` : `${count(shownTools, 'tool')} of ${cards.length} ${shownTools === 1 ? 'is' : 'are'} shown.`;
  }

  byId('token').addEventListener('change', answerToken);
  byId('least').addEventListener('change', answerLeast);
  byId('filters').addEventListener('input', filter);
  byId('filters').addEventListener('reset', () => setTimeout(filter));
  for (const id of ['token', 'least', 'filters']) byId(id).addEventListener('submit', (event) => event.preventDefault());
  // A browser that goes back keeps what was chosen.
  answerToken();
  answerLeast();
  filter();
}
