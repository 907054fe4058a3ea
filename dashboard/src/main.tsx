import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles.layer.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
// What this shop's problems are called.
import '../../libs/contracts/src/problems.js';
import { App } from './app.js';
import { BASE } from './base.js';
import { client } from './queries.js';
import './style.css';
import { colourSchemes, THEME } from './theme.js';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={THEME}
      defaultColorScheme="auto"
      colorSchemeManager={colourSchemes}
      // Both would be written into the page while it runs; the style sheets have them.
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={client}>
        <Router base={`${BASE}/ops`}>
          <App />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
