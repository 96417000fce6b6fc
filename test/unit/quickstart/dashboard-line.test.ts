import assert from 'node:assert/strict';
import { dashboardLine } from '../../../quickstart/dashboard-line.js';

describe("the quickstart's line about the dashboard", () => {
  it('says where it is and how to sign in, without the password', () => {
    assert.equal(
      dashboardLine(
        { url: 'http://127.0.0.1:8000' },
        { username: 'quickstart', passwordPath: '/var/lib/deis/password' },
      ),
      'dashboard: http://127.0.0.1:8000/ (user quickstart, password in /var/lib/deis/password)',
    );
  });
});
