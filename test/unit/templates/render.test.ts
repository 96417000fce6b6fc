import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { renderNodeFile, renderPeopleText } from '../../../templates/render.js';

describe('templates', () => {
  it('escape nothing in files for nodes', () => {
    assert.match(
      renderNodeFile('deis-firewall.service.njk', { rules: `/a<&'"`, program: '/p' }),
      /ConditionPathExists=\/a<&'"$/m,
    );
  });

  it('escape values in texts for people', () => {
    const page = renderPeopleText('proxy-page.hbs', {
      formation: '<script>',
      status: 503,
      title: 'a & b',
      text: '',
    });
    assert.ok(page.includes('&lt;script&gt;') && page.includes('a &amp; b') && !page.includes('<script>'));
  });

  it('fail for a variable that is missing', () => {
    assert.throws(() => renderNodeFile('deis-firewall.service.njk', { rules: '/r' }), /undefined/);
    assert.throws(() => renderPeopleText('proxy-page.hbs', { formation: 'x' }), /not defined/);
  });

  it('exist only where something renders them', () => {
    const templates = new URL('../../../templates/', import.meta.url);
    assert.ok(readdirSync(new URL('node', templates)).every((name) => /\.(njk|lua|sh|sql)$/.test(name)));
    assert.ok(readdirSync(new URL('people', templates)).every((name) => name.endsWith('.hbs')));
  });
});
