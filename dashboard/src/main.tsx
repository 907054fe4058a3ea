import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { App } from './app.js';
import { client } from './queries.js';
import './style.css';
import { applyTheme, chosenTheme } from './theme.js';

applyTheme(chosenTheme());
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Router base="/ops">
        <App />
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
