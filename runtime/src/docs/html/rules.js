// What tokens hold and what they open, by the same rules as the gate. Nothing here knows of the page.
'use strict';

// How many ways are followed at most to find the least.
const MAX_WAYS = 20000;

function rulesOf(document) {
  const implied = {
    scope: new Map(document.scopes.map(({ scope, implies = [] }) => [scope, implies])),
    role: new Map(document.roles.map(({ role, implies = [] }) => [role, implies])),
  };
  const all = [...document.tools, ...(document.entries ?? [])];

  // `held` is { scope: Set, role: Set }: what is granted, with all that it implies.
  function add(held, kind, name) {
    held[kind].add(name);
    for (const other of implied[kind].get(name) ?? []) held[kind].add(other);
  }

  function heldBy({ scopes = [], roles = [] }) {
    const held = { scope: new Set(), role: new Set() };
    for (const scope of scopes) add(held, 'scope', scope);
    for (const role of roles) add(held, 'role', role);
    return held;
  }

  function copied(held) {
    return { scope: new Set(held.scope), role: new Set(held.role) };
  }

  // A list without anything in it is not met.
  function meets(held, rule) {
    if (rule.scope !== undefined) return held.scope.has(rule.scope);
    if (rule.role !== undefined) return held.role.has(rule.role);
    if (rule.all !== undefined) return rule.all.length > 0 && rule.all.every((part) => meets(held, part));
    return rule.any.some((part) => meets(held, part));
  }

  // The demands of scopes and roles, every one of which has to be met.
  function rightsOf({ scopes_all, scopes_any, roles, allow }) {
    const rights = scopes_all.map((scope) => ({ scope }));
    if (scopes_any.length > 0) rights.push({ any: scopes_any.map((scope) => ({ scope })) });
    if (roles.length > 0) rights.push({ any: roles.map((role) => ({ role })) });
    if (allow) rights.push(allow);
    return rights;
  }

  // Of what is wanted and not held, what does not follow from others of it.
  function lacking(kind, held, wanted) {
    const implies = (from, to) => (implied[kind].get(from) ?? []).includes(to);
    const follows = (name) =>
      [...wanted].some((other) => other !== name && implies(other, name) && (!implies(name, other) || other < name));
    return [...wanted].filter((name) => !held.has(name) && !follows(name)).sort();
  }

  // The least that is lacking to meet all rules: { scopes, roles }, `null` if they cannot be met, or 'too many'.
  function least(start, rules) {
    let best = null;
    let ways = 0;
    const isLess = (one, other) =>
      one.role.size < other.role.size || (one.role.size === other.role.size && one.scope.size < other.scope.size);

    // Holds what is demanded in any case, and gives the choices that are left, or `null` if there is a list without anything.
    function hold(held, demanded) {
      const choices = [];
      for (const rule of demanded) {
        if (rule.scope !== undefined) add(held, 'scope', rule.scope);
        else if (rule.role !== undefined) add(held, 'role', rule.role);
        else if (rule.any !== undefined) choices.push(rule);
        else {
          const inner = rule.all.length > 0 ? hold(held, rule.all) : null;
          if (inner === null) return null;
          choices.push(...inner);
        }
      }
      return choices;
    }

    function follow(held, demanded) {
      ways += 1;
      if (ways > MAX_WAYS) return false;
      let choices = hold(held, demanded);
      if (choices === null || (best !== null && !isLess(held, best))) return true;
      choices = choices.filter((choice) => !meets(held, choice));
      if (choices.length === 0) {
        best = held;
        return true;
      }
      const [first, ...rest] = choices;
      return first.any.every((way) => follow(copied(held), [way, ...rest]));
    }

    if (!follow(copied(start), rules)) return 'too many';
    if (best === null) return null;
    return { scopes: lacking('scope', start.scope, best.scope), roles: lacking('role', start.role, best.role) };
  }

  // What a token (or `null`, for none) can do with a tool: { answer: 'allowed' | 'tried out' | 'denied', lacks }.
  function access(tool, token) {
    const { posture, shadow = false } = tool.policy;
    if (posture === 'public') return { answer: 'allowed', lacks: null };
    if (posture !== 'callers' || token === null) return { answer: 'denied', lacks: null };
    const held = heldBy(token);
    const rights = rightsOf(tool.policy);
    if (rights.every((rule) => meets(held, rule))) return { answer: 'allowed', lacks: null };
    const lacks = least(held, rights);
    return { answer: shadow ? 'tried out' : 'denied', lacks: lacks === 'too many' ? null : lacks };
  }

  // The least that a token has to carry to call all of these, as `least` tells it; `null` if nobody may call one of them.
  function leastFor(names) {
    const tools = all.filter((tool) => names.includes(tool.name));
    if (tools.some((tool) => tool.policy.posture === 'nobody')) return null;
    const callers = tools.filter((tool) => tool.policy.posture === 'callers');
    return least(heldBy({}), callers.flatMap((tool) => rightsOf(tool.policy)));
  }

  // How a name stands in the demands of a tool, for the matrix: 'all', 'any' or 'counts' if it helps to be let in, and 'unless' if it
  // excuses from being the owner; both, or nothing.
  function standing(tool, kind, name) {
    const named = (rule) => (rule.all ?? rule.any)?.some(named) ?? rule[kind] === name;
    const needed = (rule) => rule[kind] === name || (rule.all?.some(needed) ?? false) || (rule.any?.every(needed) ?? false);
    const rights = rightsOf(tool.policy);
    const accepted = (kind === 'scope' ? tool.accepted_scopes : tool.accepted_roles) ?? [];
    const found = [];
    if (rights.some(needed)) found.push('all');
    else if (rights.some(named)) found.push('any');
    else if (accepted.includes(name)) found.push('counts');
    if (kind === 'scope' && tool.excused_scopes?.includes(name)) found.push('unless');
    return found;
  }

  return { all, heldBy, access, leastFor, standing };
}
