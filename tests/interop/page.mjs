// The scope document's page in a browser: what it shows, what it answers, and that it needs and does nothing else.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// A browser that is started by root has no sandbox. The others keep it from asking the network for itself.
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-first-run'];

let root;

/** Tries to run with a page, each with a browser of its own, by name. */
export function pages(folder, executablePath) {
  root = folder;
  const tried = (file, attempt) => async () => {
    const browser = await chromium.launch({ executablePath, args: SWITCHES });
    try {
      for (const colorScheme of ['light', 'dark']) await inBrowser(browser, join(folder, file), colorScheme, attempt);
    } finally {
      await browser.close();
    }
  };
  return {
    'page: the notes example': tried('examples/scopes.html', notes),
    'page: a library with everything': tried('tests/documents/library.html', library),
  };
}

async function inBrowser(browser, file, colorScheme, attempt) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  const [said, asked] = [[], []];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  await byKeyboard(page);
  await attempt(page);
  await inPrint(page);
  await accessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'it fits a telephone');
  await accessible(page);
  await locked(page);
  assert.deepEqual(said, [], 'nothing is said on the console');
  assert.deepEqual(asked, [url], 'nothing else is asked for');
  await context.close();
}

/** The rows of the answer to the first question: what a token can do. */
async function answers(page) {
  const rows = await page.locator('#token-tools tr').all();
  const read = async (row) => [await row.locator('th').innerText(), await row.locator('.tag').innerText()];
  return Object.fromEntries(await Promise.all(rows.map(read)));
}

async function choose(page, list, names) {
  for (const box of await page.locator(`${list} input`).all()) {
    await box.setChecked(names.includes(await box.getAttribute('value')));
  }
}

const shown = (page) => page.locator('#tools-list article:visible h3').allInnerTexts();
const answer = (page, id) => page.locator(id).innerText();

async function notes(page) {
  assert.equal(await page.locator('#tools-list article').count(), 5);
  assert.deepEqual(await answers(page), {
    server_time: 'yes', whoami: 'yes', list_notes: 'no', update_note: 'no', delete_notes: 'no',
  });
  await page.locator('#token-present').uncheck();
  assert.equal(await answer(page, '#token-answer'), 'It opens 1 of 5.');
  await page.locator('#token-present').check();
  const matrix = await page.locator('#matrix-body tr').locator('td:nth-of-type(1)').allTextContents();
  assert.deepEqual(matrix.map((cell) => cell.replace('●', '')), ['public', 'needed', 'needed', 'needed', 'needed']);
  await choose(page, '#token-scopes', ['write:tools']);
  const { list_notes, update_note } = await answers(page);
  assert.deepEqual([list_notes, update_note], ['yes', 'no']);
  assert.match(await answer(page, '#token-tools tr:nth-child(4)'), /It lacks the role manager\./);
  await choose(page, '#token-roles', ['manager']);
  assert.equal((await answers(page)).update_note, 'yes, if');
  assert.match(await answer(page, '#token-tools tr:nth-child(4)'), /resource_id belongs to the caller's tenant/);
  await choose(page, '#least-tools', ['list_notes', 'delete_notes']);
  const least = await answer(page, '#least-answer');
  assert.match(least, /Scopes: admin\s+Roles: admin/);
  assert.match(least, /delete_notes: not more than 2 calls an hour/);
  await filters(page, 'tenant', ['list_notes', 'update_note', 'delete_notes']);
  await page.locator('#filter-role').selectOption('manager');
  assert.deepEqual(await shown(page), ['update_note']);
  await page.locator('#filters button').click();
  await page.locator('#filter-kind').selectOption('destructive');
  assert.deepEqual(await shown(page), ['delete_notes']);
  await page.locator('#filter-kind').selectOption('recorded');
  assert.deepEqual(await shown(page), ['update_note']);
  assert.match(await page.locator('#tools-list article:visible').innerText(), /In audit records\s+resource_id/);
  await page.locator('#filters button').click();
}

/** Searches, looks at what is left in the list and in the matrix, and shows everything again. */
async function filters(page, text, expected) {
  const all = await page.locator('#tools-list article').count();
  await page.locator('#search').fill(text);
  assert.deepEqual(await shown(page), expected);
  assert.deepEqual(await page.locator('#matrix-body tr:visible th').allInnerTexts(), expected);
  assert.match(await answer(page, '#filter-answer'), new RegExp(`^${expected.length} tools? of ${all} `));
  await page.locator('#search').fill('no such thing');
  assert.deepEqual(await shown(page), []);
  await page.locator('#filters button').click();
  await page.locator('#filter-answer', { hasText: `All ${all} are shown.` }).waitFor();
  assert.equal((await shown(page)).length, all);
}

/** The rules of the page are those of the library: every token there can be, and every two tools. */
async function sameAnswers(page) {
  const expected = JSON.parse(readFileSync(join(root, 'tests/documents/library.answers.json'), 'utf8'));
  assert.ok(expected.length > 100);
  const given = await page.evaluate((asked) => {
    const rules = rulesOf(JSON.parse(document.getElementById('document').textContent).document);
    return asked.map(({ token, tools }) => {
      if (tools) return { tools, least: rules.leastFor(tools) };
      const answers = rules.all.map((tool) => Object.values(rules.access(tool, token)));
      return { token, answers };
    });
  }, expected);
  // A list without anything in it may be left out.
  const whole = (value) => JSON.parse(JSON.stringify(value), (_, part) => (part?.scopes ? { roles: [], ...part } : part));
  assert.deepEqual(whole(given), whole(expected));
}

async function library(page) {
  await sameAnswers(page);
  await choose(page, '#token-scopes', ['books:export']);
  const implied = page.locator('#token-scopes label.implied input');
  assert.deepEqual(await implied.evaluateAll((boxes) => boxes.map((box) => box.value)), ['books:read']);
  assert.deepEqual(await answers(page), {
    hours: 'yes, if', find: 'yes', describe: 'no', lend: 'yes, if', discard: 'no', count: 'yes, for now',
    'prompt:sum_up': 'yes', 'template:books://{id}': 'no', 'resource:books://orders': 'no',
  });
  assert.match(await answer(page, '#token-tools tr:nth-child(6)'), /until the role librarian is enforced/);
  await choose(page, '#token-roles', ['head']);
  assert.equal((await answers(page)).discard, 'yes, if');
  await choose(page, '#least-tools', ['find', 'describe', 'discard']);
  assert.match(await answer(page, '#least-answer'), /Scopes: books:export books:write\s+Roles: librarian/);
  await choose(page, '#least-tools', ['hours']);
  assert.match(await answer(page, '#least-answer'), /No token\./);
  await filters(page, 'SHELF owner', ['lend']);
  await page.locator('#filter-scope').selectOption('books:export');
  assert.deepEqual(await shown(page), ['find', 'lend', 'discard', 'count', 'prompt:sum_up', 'template:books://{id}']);
  await page.locator('#filters button').click();
  // Each sign of the matrix has words.
  const row = await page.locator('#matrix-body tr', { hasText: 'discard' }).locator('td').allTextContents();
  const one = 'one of several ways';
  assert.deepEqual(row.map((cell) => cell.slice(1)), ['needed', '', one, one, 'counts, because it implies one', one, one]);
  // Who is excused from being the owner stands there beside how a scope lets in, also who is by what a scope implies.
  const signs = async (tool) => {
    const name = page.locator('th', { hasText: new RegExp(`^${tool}$`) });
    return (await page.locator('#matrix-body tr', { has: name }).locator('td').allTextContents()).slice(1, 5);
  };
  assert.deepEqual(await signs('lend'), [
    '', `◐${one}`, `◐${one} ◇excuses from being the owner`, '○counts, because it implies one ◇excuses from being the owner',
  ]);
  const counts = '(○)counts, because it implies one, not enforced';
  assert.deepEqual(await signs('count'), ['(●)needed, not enforced', counts, counts, counts]);
}

/** Whoever has no mouse gets everywhere, and sees where. */
async function byKeyboard(page) {
  await page.keyboard.press('Tab');
  const skip = page.locator('.skip');
  assert.ok(await skip.evaluate((link) => link === document.activeElement), 'the first stop skips to the tools');
  assert.ok(await skip.evaluate((link) => link.getBoundingClientRect().top >= 0), 'and is seen then');
  await page.keyboard.press('Enter');
  assert.ok(await page.evaluate(() => document.activeElement.id === 'tools'));
  const box = page.locator('#least-tools input').first();
  await box.focus();
  const before = await box.isChecked();
  await page.keyboard.press('Space');
  assert.notEqual(await box.isChecked(), before);
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
}

async function inPrint(page) {
  await page.emulateMedia({ media: 'print' });
  assert.deepEqual(
    [await page.locator('#ask').isVisible(), await page.locator('#filters').isVisible(), await page.locator('#matrix').isVisible()],
    [false, false, true],
  );
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  await page.emulateMedia({ media: 'screen' });
}

/** The page's own policy lets no script in: so axe is put there by the browser itself. */
async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`).join('\n')}`);
  assert.deepEqual(told, []);
}

/** Nothing but the page's own scripts runs, and nothing is loaded. */
async function locked(page) {
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+' 'sha256-[^']+'; base-uri 'none'; form-action 'none'$/);
}
